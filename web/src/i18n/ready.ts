import { areaText } from '.';
import { ready as english } from './en/ready';
import { ready as vietnamese } from './vi/ready';

export type ReadyMessages = typeof vietnamese;
export const useReadyText = areaText(vietnamese, english);
