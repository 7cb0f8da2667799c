import { areaText } from '.';
import { report as english } from './en/report';
import { report as vietnamese } from './vi/report';

export type ReportMessages = typeof vietnamese;
export const useReportText = areaText(vietnamese, english);
