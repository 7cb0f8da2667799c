import { areaText } from '.';
import { desk as english } from './en/desk';
import { desk as vietnamese } from './vi/desk';

export type DeskMessages = typeof vietnamese;
export const useDeskText = areaText(vietnamese, english);
