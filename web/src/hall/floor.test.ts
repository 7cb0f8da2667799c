import { expect, it } from 'vitest';

import type { Floor } from '../api/schema';
import { handOf, ownRequests } from './floor';

const request = (number: number, place: string) => ({
  request: number, place, speaker: { name: 'Ma Thế Hồng' }, subject: '', since: '2021-10-19T01:00:00Z',
});
const floor = (change: Partial<Floor>): Floor => ({ holder: null, queue: [], log: [], ...change });

it('a seat sees where its own requests stand among all', () => {
  const queue = [request(4, 'point:070'), request(5, 'point:071'), request(6, 'hub'), request(7, 'point:071')];
  expect(ownRequests(floor({ queue }), 'point:071').map(({ position }) => position)).toEqual([2, 4]);
  expect(handOf(floor({ queue }), 'point:071', true)).toEqual({ is: 'waits', position: 2 });
});

it('the hand is free for whoever may ask, and speaks before it waits', () => {
  expect(handOf(floor({}), 'point:071', true)).toEqual({ is: 'free' });
  expect(handOf(floor({}), 'point:071', false)).toEqual({ is: 'none' });
  expect(handOf(undefined, 'point:071', true)).toEqual({ is: 'none' });
  const holder = { turn: 1, place: 'point:071', speaker: {}, subject: '', since: '2021-10-19T01:00:00Z', seconds: 0 };
  expect(handOf(floor({ holder, queue: [request(5, 'point:071')] }), 'point:071', true)).toEqual({ is: 'speaks' });
});
