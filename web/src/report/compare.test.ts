import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { Glance, Report, Totals } from '../api/schema';
import { compare } from './compare';

const report = JSON.parse(readFileSync('../src/papers/golden/report.json', 'utf8')) as Report;
const heads = (expected: number, present: number, late = 0): Totals => ({
  expected, present, late, proxy: 0, left: 0, excused: 0, absent: expected - present, unconfirmed: 0, added: 0,
});
const glance = (meeting: string, total: Totals, lamBinh: Totals | null): Glance => ({
  meeting, title: meeting, number: '', startsAt: '2021-09-01T08:00:00+07:00', opened: null, openMs: null, points: 5, pointsThatCame: 5, total,
  units: lamBinh ? [{ unit: '071', parent: '08', depth: 1, level: '', name: 'Huyện Lâm Bình', own: lamBinh, withBelow: lamBinh }] : [],
});

describe('a meeting beside the earlier ones', () => {
  const { meetings, units, change } = compare(report, [glance('thang-9', heads(10, 8), heads(4, 4)), glance('thang-8', heads(10, 6), null)]);

  it('comes first, with its own figures', () => {
    expect(meetings.map(({ meeting }) => meeting)).toEqual(['tq-2021-10-19', 'thang-9', 'thang-8']);
    expect(meetings[0]).toMatchObject({ points: 5, pointsThatCame: 4, total: { expected: 8, attended: 4, share: 0.5, late: 1 } });
    expect(change).toBeCloseTo(0.5 - 0.7);
  });

  it('tells for each unit what is known, and nothing of a meeting to which it was not asked', () => {
    const lamBinh = units.find(({ unit }) => unit === '071');
    expect(lamBinh?.figures.map((one) => one?.share ?? null)).toEqual([0.75, 1, null]);
    expect(lamBinh?.change).toBeCloseTo(-0.25);
    expect(units.find(({ unit }) => unit === '070')?.change).toBeNull();
  });

  it('is alone where nothing went before', () => {
    expect(compare(report, []).change).toBeNull();
  });
});
