import { areaText } from '.';
import { hall as english } from './en/hall';
import { hall as vietnamese } from './vi/hall';

export type HallMessages = typeof vietnamese;
export const useHallText = areaText(vietnamese, english);
