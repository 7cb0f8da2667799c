import { describe, expect, it } from 'vitest';

import { fitGrid, pageOf } from './layout';

const rules = { minTileWidth: 168, gap: 10, maxTiles: 9 };

describe('the grid', () => {
  it('shows few points as large as they fit', () => {
    expect(fitGrid({ width: 1200, height: 600 }, 1, rules)).toEqual({ columns: 1, rows: 1 });
    expect(fitGrid({ width: 1200, height: 600 }, 2, rules)).toEqual({ columns: 2, rows: 1 });
    expect(fitGrid({ width: 1200, height: 600 }, 4, rules)).toEqual({ columns: 2, rows: 2 });
  });

  it('shows nine of a province on a page', () => {
    expect(fitGrid({ width: 1340, height: 560 }, 168, rules)).toEqual({ columns: 3, rows: 3 });
  });

  it('stacks in a narrow column', () => {
    expect(fitGrid({ width: 380, height: 600 }, 168, rules).columns).toBe(2);
    expect(fitGrid({ width: 200, height: 400 }, 168, rules)).toEqual({ columns: 1, rows: 3 });
  });

  it('never shows tiles too narrow for a name, but always one', () => {
    const { columns, rows } = fitGrid({ width: 400, height: 250 }, 168, rules);
    expect((400 - 10 * (columns - 1)) / columns).toBeGreaterThanOrEqual(168);
    expect(rows).toBeGreaterThan(0);
    expect(fitGrid({ width: 0, height: 0 }, 5, rules)).toEqual({ columns: 1, rows: 1 });
  });
});

describe('a page', () => {
  it('stays within the pages there are', () => {
    expect(pageOf([1, 2, 3, 4, 5], 2, 1)).toEqual({ items: [3, 4], page: 1, pages: 3 });
    expect(pageOf([1, 2, 3, 4, 5], 2, 9)).toEqual({ items: [5], page: 2, pages: 3 });
    expect(pageOf([1, 2, 3], 2, -1)).toMatchObject({ page: 0 });
    expect(pageOf([], 9, 3)).toEqual({ items: [], page: 0, pages: 1 });
  });
});
