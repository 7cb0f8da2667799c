import { areaText } from '.';
import { directory as english } from './en/directory';
import { directory as vietnamese } from './vi/directory';

export type DirectoryMessages = typeof vietnamese;
export const useDirectoryText = areaText(vietnamese, english);
