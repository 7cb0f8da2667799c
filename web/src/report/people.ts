// Finding points and delegates in a report; pure.
import type { DelegateRow, PointRow, Report } from '../api/schema';
import { plain } from '../meeting/tree';
import { attendedOf } from './tables';
import type { Mark } from './timeline';
import type { Wording } from './wording';

export const PEOPLE_FILTERS = ['all', 'came', 'away', 'unconfirmed', 'late', 'proxy'] as const;
export type PeopleFilter = (typeof PEOPLE_FILTERS)[number];

export function isOf({ status, lateMs, leftEarlyMs }: DelegateRow, filter: PeopleFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'came':
      return status.is === 'present' || status.is === 'left' || status.is === 'proxy';
    case 'away':
      return status.is === 'absent' || status.is === 'excused';
    case 'unconfirmed':
      return status.is === 'unconfirmed';
    case 'late':
      return lateMs != null || leftEarlyMs != null;
    case 'proxy':
      return status.is === 'proxy';
  }
}

export interface Found<Filter extends string> {
  /** The ids of those who fit, in the order of the report. */
  ids: Set<string>;
  /** Of all, whatever is searched for. */
  counts: Record<Filter, number>;
}

export function findPeople({ report, point }: Pick<Wording, 'report' | 'point'>, filter: PeopleFilter, search: string): Found<PeopleFilter> {
  const counts: Record<PeopleFilter, number> = { all: 0, came: 0, away: 0, unconfirmed: 0, late: 0, proxy: 0 };
  const ids = new Set<string>();
  const wanted = plain(search);
  for (const row of report.delegates) {
    for (const name of PEOPLE_FILTERS) if (isOf(row, name)) counts[name] += 1;
    if (!isOf(row, filter)) continue;
    if (wanted === '' || textOf(row, () => [row.name, row.title, point(row.unit), point(row.point)]).includes(wanted)) ids.add(row.delegate);
  }
  return { ids, counts };
}

export const POINT_FILTERS = ['all', 'never', 'gaps', 'missing'] as const;
export type PointFilter = (typeof POINT_FILTERS)[number];

export function isPoint({ line, roll }: PointRow, filter: PointFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'never':
      return line.stays.length === 0;
    case 'gaps':
      return line.gaps.length > 0;
    case 'missing':
      return attendedOf(roll) < roll.expected;
  }
}

export function findPoints({ report, point }: Pick<Wording, 'report' | 'point'>, filter: PointFilter, search: string): Found<PointFilter> {
  const counts: Record<PointFilter, number> = { all: 0, never: 0, gaps: 0, missing: 0 };
  const ids = new Set<string>();
  const wanted = plain(search);
  for (const row of report.points) {
    for (const name of POINT_FILTERS) if (isPoint(row, name)) counts[name] += 1;
    if (!isPoint(row, filter)) continue;
    if (wanted === '' || textOf(row, () => [row.name, row.room, row.parent ? point(row.parent) : '']).includes(wanted)) ids.add(row.point);
  }
  return { ids, counts };
}

/** What a row is found by; the same row is asked for again with every letter that is typed. */
const texts = new WeakMap<DelegateRow | PointRow, string>();

function textOf(row: DelegateRow | PointRow, parts: () => string[]): string {
  const known = texts.get(row) ?? plain(parts().join(' '));
  texts.set(row, known);
  return known;
}

/** Who was confirmed to be in the room of a point, and when: every time, by the point. */
export function arrivals({ delegates }: Pick<Report, 'delegates'>): Map<string, Mark[]> {
  const byPoint = new Map<string, Mark[]>();
  for (const { point, delegate, marks } of delegates) {
    for (const { at, presence } of marks) {
      if (presence.is !== 'present' && presence.is !== 'proxy') continue;
      const list = byPoint.get(point);
      if (list) list.push({ at, delegate });
      else byPoint.set(point, [{ at, delegate }]);
    }
  }
  return byPoint;
}
