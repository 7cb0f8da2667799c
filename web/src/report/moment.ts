// Instants as the clocks on the walls of the meeting showed them: a report's own text says it, no zone is looked up; pure.
import type { Moment } from '../api/schema';

export interface Wall {
  /** `2021-10-19` */
  date: string;
  /** `08:02:11` */
  time: string;
  /** `+07:00` */
  offset: string;
}

const MOMENT = /^(-?\d{4,6}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)/;

export function wallOf(moment: Moment): Wall {
  const [, date = '', time = '', offset = ''] = MOMENT.exec(moment) ?? [];
  return { date, time, offset: offset === 'Z' ? '+00:00' : offset };
}

/** How the moments of one report are told. */
export interface Clock {
  /** The day of the meeting, which is not told again and again. */
  day: string;
  /** The clocks were changed meanwhile: one reading may mean two instants. */
  clocksChanged: boolean;
  language: 'vi' | 'en';
}

export const dateText = (date: string, { language }: Pick<Clock, 'language'>): string => (language === 'en' ? date : date.split('-').reverse().join('/'));

/** `08:02:11`, and the day when it was another one. */
export function clockText(moment: Moment, clock: Clock): string {
  const { date, time, offset } = wallOf(moment);
  const zone = clock.clocksChanged ? ` (UTC${offset})` : '';
  return date === clock.day ? `${time}${zone}` : `${time} ${dateText(date, clock)}${zone}`;
}

/** With the day, whichever it was. */
export const dayAndClockText = (moment: Moment, clock: Clock): string => clockText(moment, { ...clock, day: '' });

/** `h:mm:ss`; the hours do not start over at 24. */
export function lengthText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** From one moment to another, in ms; moments have no finer parts. */
export const msBetween = (from: Moment, to: Moment): number => Math.max(0, Date.parse(to) - Date.parse(from));
