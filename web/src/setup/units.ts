// The units of the directory as a tree; pure.
import { matcher } from '../meeting/tree';

/** A unit of the directory with what is below it. */
export interface UnitNode {
  id: string;
  name: string;
  level: string;
  /** Of this very unit. */
  delegates: number;
  retired: boolean;
  children: readonly UnitNode[];
}

interface Unit {
  id: string;
  parent?: string | null;
  name: string;
  level: string;
  delegates: number;
  retired: boolean;
}

/** Units in the order of the tree, each under the one above it. */
export function treeOf(units: readonly Unit[]): UnitNode[] {
  const roots: UnitNode[] = [];
  const children = new Map<string, UnitNode[]>();
  for (const { id, parent, name, level, delegates, retired } of units) {
    const below: UnitNode[] = [];
    children.set(id, below);
    const siblings = (parent && children.get(parent)) || roots;
    siblings.push({ id, name, level, delegates, retired, children: below });
  }
  return roots;
}

/** The units that match, each with all below it and with those above it; all of them without words to look for. */
export function found(tree: readonly UnitNode[], search: string): UnitNode[] {
  const matches = matcher(search);
  const visit = (node: UnitNode): UnitNode[] => {
    if (matches(node.name, node.id)) return [node];
    const children = node.children.flatMap(visit);
    return children.length > 0 ? [{ ...node, children }] : [];
  };
  return tree.flatMap(visit);
}

/** The ids of the units above one, from the root down. */
export function above(tree: readonly UnitNode[], id: string): string[] {
  for (const node of tree) {
    if (node.id === id) return [];
    const below = above(node.children, id);
    if (below.length > 0 || node.children.some((child) => child.id === id)) return [node.id, ...below];
  }
  return [];
}

/** How many units stand below one, however deep. */
export const countBelow = (node: UnitNode): number => node.children.reduce((sum, child) => sum + 1 + countBelow(child), 0);
