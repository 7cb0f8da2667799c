// How many tiles fit, and which page of them is shown: pure geometry.

export interface Size {
  width: number;
  height: number;
}

export interface Grid {
  columns: number;
  rows: number;
}

export interface GridRules {
  /** Narrower tiles could not carry a readable name, in CSS pixels. */
  minTileWidth: number;
  gap: number;
  maxTiles: number;
}

const ASPECT = 16 / 9;

/**
 * The grid that shows `count` tiles largest, or as many as the rules allow on one page. Tiles keep 16:9.
 * There is always room for one.
 */
export function fitGrid({ width, height }: Size, count: number, { minTileWidth, gap, maxTiles }: GridRules): Grid {
  const wanted = Math.max(1, Math.min(count, maxTiles));
  let best: Grid = { columns: 1, rows: 1 };
  let bestShown = 1;
  let bestWidth = 0;
  for (let columns = 1; columns <= wanted; columns++) {
    for (let rows = 1; rows <= Math.ceil(wanted / columns); rows++) {
      const tileWidth = Math.min(
        (width - gap * (columns - 1)) / columns,
        ((height - gap * (rows - 1)) / rows) * ASPECT,
      );
      const shown = Math.min(columns * rows, wanted);
      if (tileWidth < minTileWidth && columns * rows > 1) continue;
      if (shown > bestShown || (shown === bestShown && tileWidth > bestWidth)) {
        best = { columns, rows };
        bestShown = shown;
        bestWidth = tileWidth;
      }
    }
  }
  return best;
}

export interface Page<T> {
  items: T[];
  /** Counted from 0, within the pages there are. */
  page: number;
  pages: number;
}

export function pageOf<T>(items: readonly T[], perPage: number, wantedPage: number): Page<T> {
  const size = Math.max(1, perPage);
  const pages = Math.max(1, Math.ceil(items.length / size));
  const page = Math.min(Math.max(0, wantedPage), pages - 1);
  return { items: items.slice(page * size, (page + 1) * size), page, pages };
}
