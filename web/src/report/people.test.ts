import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { Report } from '../api/schema';
import { arrivals, findPeople, findPoints } from './people';

const report = JSON.parse(readFileSync('../src/papers/golden/report.json', 'utf8')) as Report;
const names = new Map(report.points.map((row) => [row.point, row.name]));
const seen = { report, point: (id: string) => names.get(id) ?? id };
const people = (...of: [Parameters<typeof findPeople>[1], string]) => [...findPeople(seen, ...of).ids];

describe('delegates of a report', () => {
  it('are counted by what the roll call says of them', () => {
    expect(findPeople(seen, 'all', 'x').counts).toEqual({ all: 10, came: 6, away: 2, unconfirmed: 2, late: 1, proxy: 0 });
  });

  it('are found by names without marks, of people and of units', () => {
    expect(people('all', 'chau van ung')).toEqual(['d-xuan-lap']);
    expect(people('away', 'thanh pho')).toEqual(['d-thanh-pho']);
    expect(people('late', '')).toEqual(['d-phuc-yen']);
  });
});

it('points are found by what is missing at them', () => {
  expect(findPoints(seen, 'never', '').counts).toEqual({ all: 5, never: 1, gaps: 3, missing: 3 });
  expect([...findPoints(seen, 'missing', 'lam binh').ids]).toEqual(['071']);
});

it('arrivals are what was said to be present, at the point where it was said', () => {
  const marks = arrivals(report);
  expect(marks.get('071')?.map(({ delegate }) => delegate)).toEqual(['d-bi-thu', 'd-phuc-yen', 'd-xuan-lap', 'd-mot-cua', 'added-1']);
  expect(marks.get('070')).toBeUndefined();
});
