import { expect, it } from 'vitest';

import { instantOf, wallTime } from './localTime';

it.each([
  ['2021-10-19T01:00:00Z', 'Asia/Ho_Chi_Minh', '2021-10-19T08:00'],
  ['2021-12-31T17:30:00Z', 'Asia/Ho_Chi_Minh', '2022-01-01T00:30'],
  ['2021-07-01T06:00:00Z', 'Europe/Berlin', '2021-07-01T08:00'],
  ['2021-01-01T07:00:00Z', 'Europe/Berlin', '2021-01-01T08:00'],
  ['2021-10-19T08:00:00Z', 'UTC', '2021-10-19T08:00'],
])('%s is, in %s, %s', (instant, zone, wall) => {
  expect(wallTime(instant, zone)).toBe(wall);
  expect(instantOf(wall, zone)).toBe(instant);
});

it('bears what is no time, and an hour that the clocks skip', () => {
  expect(wallTime('', 'UTC')).toBe('');
  expect(instantOf('', 'UTC')).toBe('');
  expect(instantOf('2021-13-01T08:00', 'UTC')).toBe('');
  expect(['2021-03-28T00:30:00Z', '2021-03-28T01:30:00Z']).toContain(instantOf('2021-03-28T02:30', 'Europe/Berlin'));
});
