// The tree of points as the desk shows it: one row a point, red first; pure.
import type { Counts, HostView, LineView, Outline, Point } from '../api/schema';
import { placeOf } from '../meeting/places';
import { inTree, plain } from '../meeting/tree';
import { byLevel, hereOf, readinessOf, type Cause, type Level } from '../meeting/readiness';

export interface PointRow {
  id: string;
  /** Whom commands name: the hub's room is served by the hub's desk. */
  place: string;
  name: string;
  /** The name of the unit above; empty at the top. */
  unit: string;
  /** 0 at the top. */
  depth: number;
  level: Level;
  cause: Cause | null;
  since: string | null;
  connected: boolean;
  removed: boolean;
  expected: number;
  here: number;
  /** Place in the queue for the floor, from 1; 0 when it does not ask. */
  asks: number;
  speaks: boolean;
  presides: boolean;
  spotlit: boolean;
}

export type Filter = 'all' | 'red' | 'amber' | 'asks';

export interface PointsView {
  /** As they are shown. */
  rows: PointRow[];
  /** Of all points, whatever is filtered. */
  counts: Record<Filter, number>;
}

type Seen = Pick<HostView, 'phase' | 'lines' | 'removed' | 'floor' | 'presiding' | 'spotlight'> & {
  roll: Pick<HostView['roll'], 'points'>;
};

/** Every point of the plan in the order of the tree, parents before children. */
export function pointRows(outline: Outline, seen: Seen): PointRow[] {
  const lines = new Map<string, LineView>(seen.lines.map((line) => [line.place, line]));
  const counts = new Map<string, Counts>(seen.roll.points.map((totals) => [totals.of, totals]));
  const removed = new Set(seen.removed);
  const asks = new Map<string, number>();
  seen.floor.queue.forEach(({ place }, index) => {
    if (!asks.has(place)) asks.set(place, index + 1);
  });
  const byId = new Map(outline.points.map((point) => [point.id, point]));
  const rowOf = (point: Point, depth: number): PointRow => {
    const own = placeOf(point.id);
    const place = point.id === outline.hub && !lines.get(own)?.connected ? 'hub' : own;
    const line = lines.get(place);
    const of = counts.get(point.id);
    const { level, causes, since } = readinessOf({ line, counts: of, removed: removed.has(place) }, seen.phase);
    return {
      id: point.id,
      place,
      name: point.name,
      unit: byId.get(point.parent ?? '')?.name ?? '',
      depth,
      level,
      cause: causes[0] ?? null,
      since,
      connected: line?.connected === true,
      removed: removed.has(place),
      expected: of?.expected ?? 0,
      here: of ? hereOf(of) : 0,
      asks: asks.get(place) ?? 0,
      speaks: seen.floor.holder?.place === place,
      presides: seen.presiding === place,
      spotlit: seen.spotlight === place,
    };
  };
  return inTree(outline.points).map(({ point, depth }) => rowOf(point, depth));
}

/**
 * What is shown of the tree. Everything: as the tree has it, each unit's points with the red ones first. Filtered or
 * searched: a plain list, red first.
 */
export function viewPoints(all: readonly PointRow[], filter: Filter, search: string): PointsView {
  const counts = { all: all.length, red: 0, amber: 0, asks: 0 };
  for (const row of all) {
    if (row.level === 'red' || row.level === 'amber') counts[row.level] += 1;
    if (row.asks > 0) counts.asks += 1;
  }
  const wanted = plain(search);
  if (filter === 'all' && wanted === '') return { rows: redFirst(all), counts };
  const fits = (row: PointRow) =>
    (filter === 'all' || (filter === 'asks' ? row.asks > 0 : row.level === filter)) &&
    (wanted === '' || plain(`${row.name} ${row.unit}`).includes(wanted));
  const rows = all.filter(fits).map((row) => ({ ...row, depth: 0 }));
  rows.sort((a, b) => (filter === 'asks' ? a.asks - b.asks : byLevel(a.level, b.level)));
  return { rows, counts };
}

interface Branch {
  row: PointRow;
  /** The worst of the point and all below it. */
  worst: Level;
  below: Branch[];
}

function redFirst(all: readonly PointRow[]): PointRow[] {
  const roots: Branch[] = [];
  const open: Branch[] = [];
  for (const row of all) {
    const branch: Branch = { row, worst: row.level, below: [] };
    open.length = Math.min(open.length, row.depth);
    (open.at(-1)?.below ?? roots).push(branch);
    open.push(branch);
  }
  const weigh = (branch: Branch): void => {
    branch.below.forEach(weigh);
    branch.below.sort((a, b) => byLevel(a.worst, b.worst));
    const first = branch.below[0];
    if (first && byLevel(first.worst, branch.worst) < 0) branch.worst = first.worst;
  };
  roots.forEach(weigh);
  roots.sort((a, b) => byLevel(a.worst, b.worst));
  const flat = (branch: Branch): PointRow[] => [branch.row, ...branch.below.flatMap(flat)];
  return roots.flatMap(flat);
}

/** The rows in the order in which they stood before; newcomers behind. A row under the pointer does not run away. */
export function keepOrder(rows: readonly PointRow[], before: readonly string[]): PointRow[] {
  const rank = new Map(before.map((id, index) => [id, index]));
  const of = (row: PointRow) => rank.get(row.id) ?? before.length;
  return [...rows].sort((a, b) => of(a) - of(b));
}
