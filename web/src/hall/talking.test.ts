import { expect, it } from 'vitest';

import { isTold, nextTalking, QUIET, type Talking } from './talking';

const hear = (levels: number[], stepMs = 100): Talking => levels.reduce((talking, level, index) => nextTalking(talking, level, index * stepMs), QUIET);

it('a voice into a microphone that is off is noticed, a cough is not', () => {
  expect(isTold(hear(Array(10).fill(0.6)), 900)).toBe(true);
  expect(isTold(hear([0.6, 0.6, 0.1, 0.6, 0.6, 0.1, 0.6, 0.6]), 800)).toBe(false);
  expect(isTold(hear(Array(50).fill(0.2)), 5_000)).toBe(false);
});

it('it is said for some seconds after the last word', () => {
  const talking = hear([...Array(10).fill(0.6), 0, 0]);
  expect(isTold(talking, 5_500)).toBe(true);
  expect(isTold(talking, 6_000)).toBe(false);
});

it('nothing changes while nothing is heard', () => {
  expect(nextTalking(QUIET, 0.1, 5)).toBe(QUIET);
});
