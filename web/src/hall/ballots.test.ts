import { describe, expect, it } from 'vitest';

import type { MeetingState } from '../api/schema';
import { openBallots, ownVote } from './ballots';

const entry = (id: string, point: string, is: string | null) => ({ id, name: `Đại biểu ${id}`, point, unit: point, standing: is && { presence: { is } } });
const vote = (by: string, change: object = {}) => ({ id: 2, question: 'Thông qua?', options: ['Có', 'Không'], by, state: { is: 'under-way' }, ballots: null, ...change });
const delegates = [entry('a', '071', 'present'), entry('b', '071', 'absent'), entry('c', '071', 'proxy'), entry('d', '071', null), entry('e', '08', 'present')];
const point = (by: string, ballots = {}) => ({ view: 'own', votes: [vote(by)], roll: { delegates }, ballots }) as unknown as MeetingState;
const hub = (by: string, ballots: object | null) => ({ view: 'host', votes: [vote(by, { ballots })], roll: { delegates } }) as unknown as MeetingState;

describe('a vote in a room', () => {
  it('is for each delegate who sits there', () => {
    const own = ownVote(point('delegates', { 'delegate:c': 1 }), 'point:071', '08');
    expect(own?.voters).toEqual([
      { voter: { delegate: 'a' }, key: 'delegate:a', name: 'Đại biểu a', voted: false, choice: null },
      { voter: { delegate: 'c' }, key: 'delegate:c', name: 'Đại biểu c', voted: true, choice: 1 },
    ]);
    expect(openBallots(own)).toBe(1);
  });

  it('or once for the room, and at the hub by its desk', () => {
    expect(ownVote(point('points'), 'point:071', '08')?.voters).toMatchObject([{ voter: { point: '071' }, voted: false }]);
    expect(ownVote(hub('points', { 'point:08': null }), 'hub', '08')?.voters).toMatchObject([{ voter: { point: '08' }, voted: true, choice: null }]);
    expect(ownVote(hub('delegates', {}), 'hub', '08')?.voters).toMatchObject([{ name: 'Đại biểu e' }]);
  });

  it('on a delegate\'s own device is the delegate\'s', () => {
    expect(ownVote(point('delegates', { 'delegate:a': 0 }), 'delegate:a', '08')?.voters).toMatchObject([{ voter: { delegate: 'a' }, voted: true, choice: 0 }]);
    expect(ownVote(point('points'), 'delegate:a', '08')).toBeNull();
  });

  it('is nothing for those without one, and when there is none', () => {
    expect(ownVote(hub('points', {}), 'secretary', '08')).toBeNull();
    expect(ownVote(point('delegates'), 'observer:x', '08')).toBeNull();
    expect(ownVote({ votes: [vote('points', { state: { is: 'closed' } })] } as unknown as MeetingState, 'point:071', '08')).toBeNull();
    expect(openBallots(null)).toBe(0);
  });
});
