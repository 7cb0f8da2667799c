// The board of readiness: a row a point, red first, and the list of whom to call; pure.
import type { HostView, LineCheck, Outline, Point } from '../api/schema';
import { placeOf } from '../meeting/places';
import { byLevel, hereOf, readinessOf, type Cause, type Level } from '../meeting/readiness';
import { inTree, plain } from '../meeting/tree';

export interface BoardRow {
  point: Point;
  /** The name of the unit above; empty at the top. */
  unit: string;
  level: Level;
  causes: Cause[];
  since: string | null;
  check: LineCheck | null;
  expected: number;
  here: number;
}

export type Levels = Record<Level, number>;

type Seen = Pick<HostView, 'phase' | 'lines' | 'removed'> & { roll: Pick<HostView['roll'], 'points'> };

/** Red first; within a level as the tree has them. */
export function boardRows(outline: Outline, seen: Seen): BoardRow[] {
  const lines = new Map(seen.lines.map((line) => [line.place, line]));
  const counts = new Map(seen.roll.points.map((totals) => [totals.of, totals]));
  const removed = new Set(seen.removed);
  const names = new Map(outline.points.map((point) => [point.id, point.name]));
  const rows = inTree(outline.points).map(({ point }) => {
    const own = placeOf(point.id);
    const place = point.id === outline.hub && !lines.get(own)?.connected ? 'hub' : own;
    const line = lines.get(place);
    const of = counts.get(point.id);
    // The check of the hub's room is the room's, whoever sits at its desk.
    const check = line?.check ?? lines.get(own)?.check ?? null;
    const ready = readinessOf({ line: line && { ...line, check }, counts: of, removed: removed.has(place) }, seen.phase);
    return { point, unit: names.get(point.parent ?? '') ?? '', ...ready, check, expected: of?.expected ?? 0, here: of ? hereOf(of) : 0 };
  });
  return rows.sort((a, b) => byLevel(a.level, b.level));
}

export function levelsOf(rows: readonly BoardRow[]): Levels {
  const levels: Levels = { red: 0, amber: 0, green: 0, quiet: 0 };
  for (const { level } of rows) levels[level] += 1;
  return levels;
}

export type BoardFilter = Level | 'all';

export function filterBoard(rows: readonly BoardRow[], filter: BoardFilter, search: string): BoardRow[] {
  const wanted = plain(search);
  return rows.filter(
    ({ level, point, unit }) => (filter === 'all' || level === filter) && (wanted === '' || plain(`${point.name} ${unit} ${point.room}`).includes(wanted)),
  );
}
