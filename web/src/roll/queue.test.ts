import { describe, expect, it } from 'vitest';

import type { Presence, RollEntry } from '../api/schema';
import { headsOf, insist, nextOf, prune, put, readQueue, say, shownOf, unsay, type Queue, type Said } from './queue';

const SELF = 'point:071';
const PRESENT: Presence = { is: 'present' };
const ABSENT: Presence = { is: 'absent' };

const entry = (id: string, standing: RollEntry['standing'] = null, expected = true): RollEntry => ({
  id, name: id, unit: '071', point: '071', expected, standing, late: false, leftEarly: false,
});
const mark = (seq: number, presence: Presence, by = SELF) => ({ seq, presence, by, at: '2021-10-19T01:00:00Z', corrected: null });
const word = (key: string, delegate: string, presence: Presence, base: number | null = null, notBeforeMs = 0): Said => ({
  key, atMs: 0, base, command: { do: 'call-roll', delegate, presence }, standing: { is: 'waiting', notBeforeMs },
});
const said = (...words: Said[]): Queue => words.reduce<Queue>((queue, one) => say(queue, one, null), []);

describe('what a clerk says', () => {
  it('goes out in order, each when its time has come', () => {
    const queue = said(word('a', 'd1', PRESENT, null, 100), word('b', 'd2', PRESENT, null, 300));
    expect(nextOf(queue, [], SELF, 50)).toEqual({ is: 'later', atMs: 100 });
    expect(nextOf(queue, [], SELF, 100)).toMatchObject({ is: 'send', said: { key: 'a' } });
    expect(nextOf([], [], SELF, 0)).toEqual({ is: 'nothing' });
  });

  it('is replaced by a later word of the same delegate, unless it is on its way already', () => {
    const first = word('a', 'd1', PRESENT, 7);
    expect(said(first, word('b', 'd1', ABSENT, 7)).map(({ key, base }) => [key, base])).toEqual([['b', 7]]);
    expect(say([first], word('b', 'd1', ABSENT), 'a').map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('is taken back as long as it has not gone out', () => {
    const queue = said(word('a', 'd1', PRESENT), word('b', 'd2', PRESENT));
    expect(unsay(queue, 'd1', null).map(({ key }) => key)).toEqual(['b']);
    expect(unsay(queue, 'd1', 'a')).toBe(queue);
    expect(unsay(queue, 'd9', null)).toBe(queue);
  });

  it('does not pass over what somebody else said meanwhile', () => {
    const queue = said(word('a', 'd1', PRESENT, 7));
    const roll = [entry('d1', mark(9, ABSENT, 'secretary'))];
    expect(nextOf(queue, roll, SELF, 0)).toMatchObject({ is: 'conflict', theirs: ABSENT, by: 'secretary' });
    // The clerk insists: then it stands against what is there now.
    const conflict = put(queue, 'a', { is: 'conflict', theirs: ABSENT, by: 'secretary' });
    expect(nextOf(conflict, roll, SELF, 0)).toEqual({ is: 'nothing' });
    expect(nextOf(insist(conflict, 'a', roll, 5), roll, SELF, 5)).toMatchObject({ is: 'send', said: { base: 9 } });
  });

  it('is no conflict where the same was said, or by the same seat', () => {
    const queue = said(word('a', 'd1', PRESENT, 7));
    expect(nextOf(queue, [entry('d1', mark(9, PRESENT, 'secretary'))], SELF, 0).is).toBe('send');
    expect(nextOf(queue, [entry('d1', mark(9, ABSENT))], SELF, 0).is).toBe('send');
    expect(nextOf(queue, [entry('d1', mark(7, ABSENT, 'secretary'))], SELF, 0).is).toBe('send');
  });

  it('stays shown until the page has seen it in the ledger', () => {
    const queue = put(said(word('a', 'd1', PRESENT)), 'a', { is: 'sent', seq: 12 });
    expect(shownOf([entry('d1')], queue)).toMatchObject([{ presence: PRESENT, pending: false }]);
    expect(nextOf(queue, [], SELF, 0)).toEqual({ is: 'nothing' });
    expect(unsay(queue, 'd1', null)).toBe(queue);
    expect(say(queue, word('b', 'd1', ABSENT), null)).toHaveLength(2);
    expect(prune(queue, 11)).toBe(queue);
    expect(prune(queue, 12)).toEqual([]);
  });

  it('is shown at once', () => {
    const queue = said(word('a', 'd1', PRESENT), word('b', 'd3', { is: 'excused', reason: 'ốm' }));
    const shown = shownOf([entry('d1'), entry('d2', mark(3, ABSENT)), entry('d3', mark(4, PRESENT)), entry('d4'), entry('x', mark(8, PRESENT), false)], queue);
    expect(shown.map(({ presence, pending }) => [presence?.is, pending])).toEqual([
      ['present', true], ['absent', false], ['excused', true], [undefined, false], ['present', false],
    ]);
    expect(headsOf(shown)).toEqual({ expected: 4, here: 2, excused: 1, absent: 1, left: 0, unconfirmed: 1 });
  });

  it('outlives the page, and nothing else gets in', () => {
    const queue = said(word('a', 'd1', PRESENT, 7, 100));
    expect(readQueue(JSON.stringify(queue))).toEqual(queue);
    expect(readQueue(JSON.stringify([{ key: 'x' }, null, 3, { ...queue[0], command: { do: 'close' } }]))).toEqual([]);
    expect(readQueue('{')).toEqual([]);
    expect(readQueue(null)).toEqual([]);
  });
});
