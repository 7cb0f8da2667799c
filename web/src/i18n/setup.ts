import { areaText } from '.';
import { setup as english } from './en/setup';
import { setup as vietnamese } from './vi/setup';

export type SetupMessages = typeof vietnamese;
export const useSetupText = areaText(vietnamese, english);
