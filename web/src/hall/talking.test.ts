import { expect, it } from 'vitest';

import { isTold, nextTalking, QUIET } from './talking';

const STEP_MS = 50;

/** Levels one after the other, 50 ms apart, each `[level, for how many steps]`. */
function heard(...levels: [number, number][]) {
  let [talking, now] = [QUIET, 1_000_000];
  for (const [level, steps] of levels) {
    for (let step = 0; step < steps; step++) talking = nextTalking(talking, level, (now += STEP_MS));
  }
  return { talking, now };
}

it('a voice is noticed through the pauses between its syllables, and said for a while after it ends', () => {
  const syllables: [number, number][] = Array.from({ length: 8 }, () => [[0.7, 4], [0.2, 2]] as [number, number][]).flat();
  const { talking, now } = heard(...syllables);
  expect(isTold(talking, now)).toBe(true);
  expect(isTold(talking, now + 4_000)).toBe(true);
  expect(isTold(talking, now + 6_000)).toBe(false);
});

it('a cough, a beep every second and the hum of a room are no talking', () => {
  for (const levels of [[[0.9, 10]], Array.from({ length: 30 }, () => [[0.9, 3], [0.1, 17]] as [number, number][]).flat(), [[0.4, 200]]]) {
    const { talking, now } = heard(...(levels as [number, number][]));
    expect(isTold(talking, now)).toBe(false);
  }
});

it('a page that was asleep makes no talk of one loud moment', () => {
  const { talking, now } = heard([0.1, 2]);
  expect(isTold(nextTalking(talking, 0.9, now + 60_000), now + 60_000)).toBe(false);
});
