import { areaText } from '.';
import { lobby as english } from './en/lobby';
import { lobby as vietnamese } from './vi/lobby';

export type LobbyMessages = typeof vietnamese;
export const useLobbyText = areaText(vietnamese, english);
