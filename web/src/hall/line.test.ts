import { describe, expect, it } from 'vitest';

import { nextLine, resumeDelayMs, retryDelayMs, type Line, type LineEvent } from './line';

const trouble = (nowMs = 0): LineEvent => ({ event: 'dropped', drop: 'trouble', nowMs, random: 0.5 });
const walk = (...events: LineEvent[]): Line => events.reduce(nextLine, { at: 'joining' } as Line);

describe('the line', () => {
  it('is up after the first join, with nothing to tell', () => {
    expect(walk({ event: 'connected' })).toEqual({ at: 'up', back: false });
  });

  it('tells once that it is back after an interruption', () => {
    const back = walk({ event: 'connected' }, { event: 'interrupted' }, { event: 'connected' });
    expect(back).toEqual({ at: 'up', back: true });
    expect(nextLine(back, { event: 'connected' })).toBe(back);
    expect(nextLine(back, { event: 'told' })).toEqual({ at: 'up', back: false });
  });

  it('waits longer each time it cannot join anew', () => {
    const first = walk({ event: 'connected' }, { event: 'interrupted' }, trouble(10_000));
    expect(first).toEqual({ at: 'waiting', attempt: 0, retryAtMs: 11_000 });
    const second = [{ event: 'retry' } as LineEvent, trouble(20_000)].reduce(nextLine, first);
    expect(second).toEqual({ at: 'waiting', attempt: 1, retryAtMs: 22_000 });
  });

  it('begins with short waits again once it was up', () => {
    const again = walk(trouble(), { event: 'retry' }, trouble(), { event: 'retry' }, { event: 'connected' }, trouble());
    expect(again).toMatchObject({ at: 'waiting', attempt: 0 });
  });

  it('counts one loss once, however often it is told', () => {
    const waiting = walk({ event: 'connected' }, trouble());
    expect(nextLine(waiting, trouble(5))).toBe(waiting);
  });

  it.each(['left', 'replaced', 'removed', 'closed'] as const)('is over when %s, whatever comes after', (drop) => {
    const over = walk({ event: 'connected' }, { event: 'dropped', drop, nowMs: 0, random: 0 });
    expect(over).toEqual({ at: 'over', why: drop });
    for (const event of [{ event: 'connected' }, { event: 'retry' }, trouble()] as LineEvent[]) {
      expect(nextLine(over, event)).toBe(over);
    }
  });
});

describe('waits', () => {
  it('are spread over half their length, and bounded', () => {
    expect([retryDelayMs(0, 0), retryDelayMs(0, 1)]).toEqual([750, 1250]);
    expect(retryDelayMs(1_000, 1)).toBe(18_750);
  });

  it('let the SDK try for twenty seconds, soon at first', () => {
    expect(resumeDelayMs(0, 0, 1)).toBe(500);
    expect(resumeDelayMs(1, 600, 0.5)).toBe(300);
    expect(resumeDelayMs(40, 19_000, 0.5)).toBe(3_000);
    expect(resumeDelayMs(3, 20_001, 0.5)).toBeNull();
  });
});
