import { describe, expect, it } from 'vitest';

import type { VoteView } from '../api/schema';
import { countsOf, electorate } from './votes';

const vote = (change: Partial<VoteView>): VoteView => ({
  id: 1, question: 'Thông qua?', options: ['Có', 'Không'], secret: false, by: 'delegates', needsQuorum: false,
  openedAt: '2021-10-19T01:00:00Z', state: { is: 'under-way' }, voted: 3,
  ballots: { 'delegate:a': 0, 'delegate:b': 1, 'delegate:c': 0 }, ...change,
});

describe('a vote', () => {
  it('is counted while it is open', () => {
    expect(countsOf(vote({}))).toEqual([
      { option: 'Có', votes: 2, share: 2 / 3 },
      { option: 'Không', votes: 1, share: 1 / 3 },
    ]);
  });

  it('shows nothing of a secret one before the end, and then what the server counted', () => {
    const ballots = { 'delegate:a': null };
    expect(countsOf(vote({ secret: true, ballots }))).toBeNull();
    const state = { is: 'closed' as const, at: '', tally: [0, 0], eligible: 4, present: 3 };
    expect(countsOf(vote({ secret: true, ballots, state }))).toEqual([
      { option: 'Có', votes: 0, share: 0 },
      { option: 'Không', votes: 0, share: 0 },
    ]);
  });

  it('is for those who are here', () => {
    const total = { expected: 9, present: 4, proxy: 1, left: 1, excused: 0, absent: 0, unconfirmed: 3, added: 1 };
    expect(electorate({ by: 'delegates', voted: 2 }, { total, connected: 7 })).toBe(6);
    expect(electorate({ by: 'points', voted: 8 }, { total, connected: 7 })).toBe(8);
  });
});
