// Choosing units by branches of the directory; pure. A tick counts for everything below it, save where a nearer one says
// otherwise: just so the server reads `roots` and `exclude`.
import type { Delegate, Point, Selection } from '../../api/schema';
import type { UnitNode } from '../units';
import type { Plan } from './plan';

/** Where the ticks were set and taken away. */
export interface Pick {
  roots: ReadonlySet<string>;
  exclude: ReadonlySet<string>;
}

export type Tick = 'on' | 'off' | 'partly';

export const NOTHING_PICKED: Pick = { roots: new Set(), exclude: new Set() };

const own = (pick: Pick, id: string, inherited: boolean): boolean =>
  pick.roots.has(id) ? true : pick.exclude.has(id) ? false : inherited;

/** What stands at each unit. */
export function ticksOf(tree: readonly UnitNode[], pick: Pick): Map<string, Tick> {
  const ticks = new Map<string, Tick>();
  const visit = (node: UnitNode, inherited: boolean): Tick => {
    const on = own(pick, node.id, inherited);
    const below = node.children.map((child) => visit(child, on));
    const alike = below.every((tick) => tick === (on ? 'on' : 'off'));
    const tick = alike ? (on ? 'on' : 'off') : 'partly';
    ticks.set(node.id, tick);
    return tick;
  };
  for (const root of tree) visit(root, false);
  return ticks;
}

/** The same with one unit, and all below it, in or out. */
export function tick(tree: readonly UnitNode[], pick: Pick, id: string, on: boolean): Pick {
  const roots = new Set(pick.roots);
  const exclude = new Set(pick.exclude);
  const clear = (node: UnitNode) => {
    roots.delete(node.id);
    exclude.delete(node.id);
    node.children.forEach(clear);
  };
  const visit = (node: UnitNode, inherited: boolean): boolean => {
    if (node.id === id) {
      clear(node);
      if (on && !inherited) roots.add(id);
      if (!on && inherited) exclude.add(id);
      return true;
    }
    return node.children.some((child) => visit(child, own(pick, node.id, inherited)));
  };
  tree.some((root) => visit(root, false));
  return { roots, exclude };
}

/** The ticks by which these units, and no others, take part. */
export function pickOf(tree: readonly UnitNode[], wanted: ReadonlySet<string>): Pick {
  const roots = new Set<string>();
  const exclude = new Set<string>();
  const visit = (node: UnitNode, inherited: boolean) => {
    const on = wanted.has(node.id);
    if (on && !inherited) roots.add(node.id);
    if (!on && inherited) exclude.add(node.id);
    for (const child of node.children) visit(child, on);
  };
  for (const root of tree) visit(root, false);
  return { roots, exclude };
}

type Taken = Omit<Selection, 'counts' | 'revision'>;

/** What is taken from the directory, with what was put right by hand in the plan: rooms, names, and who was added there. */
export function merged(plan: Plan, { points, delegates }: Taken): { points: Point[]; delegates: Delegate[] } {
  const before = new Map(plan.points.map((point) => [point.id, point]));
  const known = new Map(plan.delegates.map((delegate) => [delegate.id, delegate]));
  const listed = new Set(delegates.map(({ id }) => id));
  const invited = new Set(points.map(({ id }) => id));
  return {
    points: points.map((point) => {
      const kept = before.get(point.id);
      return kept ? { ...point, name: kept.name, room: kept.room || point.room } : point;
    }),
    delegates: [
      ...delegates.map((delegate) => {
        const kept = known.get(delegate.id);
        // Somebody who was seated elsewhere by hand stays there, if that is still a point.
        return kept ? { ...kept, point: invited.has(kept.point) ? kept.point : delegate.point } : delegate;
      }),
      ...plan.delegates.filter(({ id, point }) => !listed.has(id) && invited.has(point)),
    ],
  };
}
