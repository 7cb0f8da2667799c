// The roll of the whole meeting as rows: each point with its delegates behind it; pure.
import type { Counts, LineView, Point, RollEntry, RollView } from '../api/schema';
import { placeOf } from '../meeting/places';
import { hereOf } from '../meeting/readiness';
import { inTree, plain } from '../meeting/tree';

export type WholeFilter = 'all' | 'unconfirmed' | 'away' | 'here' | 'remarks';
export const WHOLE_FILTERS: readonly WholeFilter[] = ['all', 'unconfirmed', 'away', 'here', 'remarks'];

export type WholeRow =
  | { is: 'point'; id: string; name: string; unit: string; connected: boolean; here: number; expected: number }
  | { is: 'delegate'; id: string; entry: RollEntry };

export interface Whole {
  rows: WholeRow[];
  /** Of all delegates, whatever is filtered. */
  counts: Record<WholeFilter, number>;
}

export function isOf(entry: RollEntry, filter: WholeFilter): boolean {
  const presence = entry.standing?.presence.is;
  switch (filter) {
    case 'all':
      return true;
    case 'unconfirmed':
      return presence === undefined;
    case 'away':
      return presence === 'absent' || presence === 'excused' || presence === 'left';
    case 'here':
      return presence === 'present' || presence === 'proxy';
    case 'remarks':
      return entry.late || entry.leftEarly;
  }
}

interface Seen {
  points: readonly Point[];
  roll: Pick<RollView, 'delegates' | 'points'>;
  lines: readonly LineView[];
  hub: string;
}

export function wholeRoll({ points, roll, lines, hub }: Seen, filter: WholeFilter, search: string): Whole {
  const counts: Whole['counts'] = { all: 0, unconfirmed: 0, away: 0, here: 0, remarks: 0 };
  const names = new Map(points.map((point) => [point.id, point.name]));
  const wanted = plain(search);
  const found = new Map<string, RollEntry[]>();
  for (const entry of roll.delegates) {
    for (const name of WHOLE_FILTERS) if (isOf(entry, name)) counts[name] += 1;
    if (!isOf(entry, filter)) continue;
    if (wanted !== '' && !searched(entry, names).includes(wanted)) continue;
    const list = found.get(entry.point);
    if (list) list.push(entry);
    else found.set(entry.point, [entry]);
  }
  const up = new Set(lines.filter(({ connected }) => connected).map(({ place }) => place));
  const totals = new Map<string, Counts>(roll.points.map((one) => [one.of, one]));
  const rows: WholeRow[] = [];
  for (const { point } of inTree(points)) {
    const entries = found.get(point.id);
    if (!entries) continue;
    const of = totals.get(point.id);
    const connected = up.has(placeOf(point.id)) || (point.id === hub && up.has('hub'));
    const unit = names.get(point.parent ?? '') ?? '';
    rows.push({ is: 'point', id: point.id, name: point.name, unit, connected, here: of ? hereOf(of) : 0, expected: of?.expected ?? 0 });
    for (const entry of entries) rows.push({ is: 'delegate', id: entry.id, entry });
  }
  return { rows, counts };
}

/** What a delegate is found by; the same entry is asked for again and again. */
const texts = new WeakMap<RollEntry, string>();

function searched(entry: RollEntry, names: ReadonlyMap<string, string>): string {
  let text = texts.get(entry);
  if (text === undefined) {
    text = plain([entry.name, entry.title, names.get(entry.unit), names.get(entry.point)].join(' '));
    texts.set(entry, text);
  }
  return text;
}
