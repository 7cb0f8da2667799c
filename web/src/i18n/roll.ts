import { areaText } from '.';
import { roll as english } from './en/roll';
import { roll as vietnamese } from './vi/roll';

export type RollMessages = typeof vietnamese;
export const useRollText = areaText(vietnamese, english);
