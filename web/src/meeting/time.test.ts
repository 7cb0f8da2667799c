import { describe, expect, it } from 'vitest';

import { duration, timeBoxOf } from './time';

describe('a length of time', () => {
  it.each([
    [0, '0:00'],
    [-5_000, '0:00'],
    [65_900, '1:05'],
    [3_599_999, '59:59'],
    [3_845_000, '1:04:05'],
    [90_061_000, '25:01:01'],
  ])('%d ms is written %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

describe('a time box', () => {
  const since = '2021-10-19T01:00:00Z';
  const at = (seconds: number) => Date.parse(since) + seconds * 1000;
  const box = { since, until: '2021-10-19T01:05:00Z' };

  it('runs, comes to its end, and is over', () => {
    expect(timeBoxOf(box, at(150))).toEqual({ is: 'running', ms: 150_000, share: 0.5 });
    expect(timeBoxOf(box, at(270))).toMatchObject({ is: 'ending', ms: 30_000 });
    expect(timeBoxOf(box, at(300))).toEqual({ is: 'over', ms: 0 });
    expect(timeBoxOf(box, at(335))).toEqual({ is: 'over', ms: 35_000 });
  });

  it('may have no end', () => {
    expect(timeBoxOf({ since, until: null }, at(61))).toEqual({ is: 'open', ms: 61_000 });
  });
});
