import { areaText } from '.';
import { checkIn as english } from './en/checkIn';
import { checkIn as vietnamese } from './vi/checkIn';

export const useCheckInText = areaText(vietnamese, english);
