import { areaText } from '.';
import { account as english } from './en/account';
import { account as vietnamese } from './vi/account';

export const useAccountText = areaText(vietnamese, english);
