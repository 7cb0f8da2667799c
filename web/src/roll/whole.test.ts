import { describe, expect, it } from 'vitest';

import type { LineView, Presence, RollEntry } from '../api/schema';
import { wholeRoll } from './whole';

const point = (id: string, parent: string | null, name: string) => ({ id, parent, name, level: '', room: '' });
const points = [point('08', null, 'Tỉnh Tuyên Quang'), point('071', '08', 'Huyện Lâm Bình'), point('072', '08', 'Huyện Na Hang')];
const entry = (id: string, at: string, is: 'present' | 'absent' | null, change: Partial<RollEntry> = {}): RollEntry => ({
  id, name: `Đại biểu ${id}`, title: '', unit: at, point: at, expected: true, late: false, leftEarly: false,
  standing: is && { seq: 1, at: '', by: `point:${at}`, presence: { is } as Presence }, ...change,
});
const counts = (of: string, expected: number, present: number) => ({
  of, expected, present, proxy: 0, left: 0, excused: 0, absent: 0, unconfirmed: expected - present, added: 0,
});
const seen = {
  points,
  hub: '08',
  lines: [{ place: 'hub', connected: true }, { place: 'point:071', connected: false }] as LineView[],
  roll: {
    delegates: [entry('a', '071', 'present', { late: true }), entry('b', '08', 'present'), entry('c', '071', 'absent'), entry('d', '071', null)],
    points: [counts('071', 3, 1), counts('08', 1, 1)],
  },
};
const rows = (filter: Parameters<typeof wholeRoll>[1], search = '') => wholeRoll(seen, filter, search).rows.map((row) => `${row.is}:${row.id}`);

describe('the roll of the meeting', () => {
  it('has each point with its delegates, in the order of the tree', () => {
    expect(rows('all')).toEqual(['point:08', 'delegate:b', 'point:071', 'delegate:a', 'delegate:c', 'delegate:d']);
    expect(wholeRoll(seen, 'all', '').rows[0]).toMatchObject({ connected: true, here: 1, expected: 1 });
    expect(wholeRoll(seen, 'all', '').rows[2]).toMatchObject({ connected: false, here: 1, expected: 3, unit: 'Tỉnh Tuyên Quang' });
  });

  it('is filtered and searched by names of people and of units', () => {
    expect(rows('unconfirmed')).toEqual(['point:071', 'delegate:d']);
    expect(rows('remarks')).toEqual(['point:071', 'delegate:a']);
    expect(rows('here', 'tuyen quang')).toEqual(['point:08', 'delegate:b']);
    expect(rows('all', 'dai bieu c')).toEqual(['point:071', 'delegate:c']);
    expect(wholeRoll(seen, 'away', 'x').counts).toEqual({ all: 4, unconfirmed: 1, away: 1, here: 2, remarks: 1 });
  });
});
