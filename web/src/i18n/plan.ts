import { areaText } from '.';
import { plan as english } from './en/plan';
import { plan as vietnamese } from './vi/plan';

export type PlanMessages = typeof vietnamese;
export const usePlanText = areaText(vietnamese, english);
