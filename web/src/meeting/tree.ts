// The tree of points, and finding things in it; pure.
import type { Point } from '../api/schema';

/** Depth first, children in the order of the list. */
export function inTree(points: readonly Point[]): { point: Point; depth: number }[] {
  const children = new Map<string | null, Point[]>();
  const known = new Set(points.map(({ id }) => id));
  for (const point of points) {
    const above = point.parent != null && known.has(point.parent) ? point.parent : null;
    children.set(above, [...(children.get(above) ?? []), point]);
  }
  const walk = (above: string | null, depth: number): { point: Point; depth: number }[] =>
    (children.get(above) ?? []).flatMap((point) => [{ point, depth }, ...walk(point.id, depth + 1)]);
  return walk(null, 0);
}

/** Without marks and capitals: who looks for "lam binh" finds Lâm Bình. */
export function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase().trim();
}

/** Finds texts that have all words of a search in them; every text when there are none. */
export function matcher(search: string): (...texts: string[]) => boolean {
  const words = plain(search).split(/\s+/).filter(Boolean);
  return (...texts) => {
    const text = plain(texts.join(' '));
    return words.every((word) => text.includes(word));
  };
}
