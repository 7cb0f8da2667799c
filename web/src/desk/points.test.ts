import { describe, expect, it } from 'vitest';

import type { Outline } from '../api/schema';
import { keepOrder, pointRows, viewPoints } from './points';

const point = (id: string, parent: string | null, name: string) => ({ id, parent, name, level: '', room: '' });
const outline = {
  hub: '08',
  points: [
    point('08', null, 'Tỉnh Tuyên Quang'),
    point('070', '08', 'Thành phố Tuyên Quang'),
    point('071', '08', 'Huyện Lâm Bình'),
    point('072', '08', 'Huyện Na Hang'),
    point('02269', '071', 'Xã Thượng Lâm'),
    point('02266', '071', 'Xã Phúc Yên'),
  ],
} as unknown as Outline;

const line = (place: string, connected: boolean) => ({
  place, connected, devices: connected ? 1 : 0, since: '2021-10-19T00:30:00Z', check: null,
});
const totals = (of: string, expected: number, present: number) => ({
  of, expected, present, proxy: 0, left: 0, excused: 0, absent: 0, unconfirmed: expected - present, added: 0,
});
const request = (place: string) => ({ request: 1, place, speaker: { name: 'An' }, subject: '', since: '2021-10-19T01:00:00Z' });
const seen = {
  phase: 'open' as const,
  presiding: 'hub',
  spotlight: 'point:072',
  removed: [],
  floor: { holder: null, queue: [request('point:072'), request('point:02269')], log: [] },
  lines: [line('hub', true), line('point:08', false), ...['070', '071', '072', '02269'].map((id) => line(`point:${id}`, true)), line('point:02266', false)],
  roll: { points: [totals('071', 4, 4), totals('072', 3, 1)] },
};

const rows = pointRows(outline, seen);
const ids = (filter: Parameters<typeof viewPoints>[1], search = '') => viewPoints(rows, filter, search).rows.map(({ id }) => id);

describe('the tree of points', () => {
  it('tells of each point its line, its delegates and its part in the meeting', () => {
    expect(rows.map(({ id, depth, level }) => [id, depth, level])).toEqual([
      ['08', 0, 'green'], ['070', 1, 'green'], ['071', 1, 'green'], ['02269', 2, 'green'], ['02266', 2, 'red'], ['072', 1, 'amber'],
    ]);
    expect(rows.find(({ id }) => id === '072')).toMatchObject({ cause: 'unconfirmed', expected: 3, here: 1, asks: 1, spotlit: true });
    expect(rows.find(({ id }) => id === '02266')).toMatchObject({ cause: 'never-connected', unit: 'Huyện Lâm Bình' });
  });

  it('knows that the desk of the hub serves its room', () => {
    expect(rows[0]).toMatchObject({ place: 'hub', connected: true, presides: true });
  });

  it('has what is red first within each unit, with the units above it', () => {
    expect(ids('all')).toEqual(['08', '071', '02266', '02269', '072', '070']);
  });

  it('is filtered and searched, without marks', () => {
    expect(ids('red')).toEqual(['02266']);
    expect(ids('asks')).toEqual(['072', '02269']);
    expect(ids('all', 'lam binh')).toEqual(['02266', '071', '02269']);
    expect(ids('all', 'xã đó')).toEqual([]);
    expect(viewPoints(rows, 'red', '').counts).toEqual({ all: 6, red: 1, amber: 1, asks: 2 });
  });

  it('stands still under the pointer', () => {
    const now = viewPoints(rows, 'all', '').rows;
    expect(keepOrder(now, ['070', '08', '071']).map(({ id }) => id)).toEqual(['070', '08', '071', '02266', '02269', '072']);
  });
});
