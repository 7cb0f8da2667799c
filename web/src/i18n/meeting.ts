import { areaText } from '.';
import { meeting as english } from './en/meeting';
import { meeting as vietnamese } from './vi/meeting';

export type MeetingMessages = typeof vietnamese;
export const useMeetingText = areaText(vietnamese, english);
