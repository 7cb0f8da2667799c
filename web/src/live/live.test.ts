import { describe, expect, it } from 'vitest';

import { refusalOf } from '../api/refusal';
import type { MeetingState } from '../api/schema';
import { LIVE_START, nextLive, type Live, type LiveEvent } from './live';

const state = (seq: number, now = ''): MeetingState => ({ meeting: 'm', seq, now }) as MeetingState;
const came = (seq: number): LiveEvent => ({ event: 'state', state: state(seq), nowMs: 0 });
const ended: LiveEvent = { event: 'ended', nowMs: 1000, random: 1 };
const walk = (...events: LiveEvent[]): Live => events.reduce(nextLive, LIVE_START);

describe('the live view', () => {
  it('shows the newest state, also while the line is lost', () => {
    expect(walk(came(1), came(2))).toMatchObject({ state: { seq: 2 }, line: { at: 'up' } });
    const lost = walk(came(1), came(2), ended);
    expect(lost.state?.seq).toBe(2);
    expect(lost.line).toEqual({ at: 'waiting', attempt: 1, retryAtMs: 1300 });
  });

  it('waits longer after each failure, up to a limit, and starts over once it is back', () => {
    const waits = [1, 2, 3, 8, 30].map((times) => walk(...Array<LiveEvent>(times).fill(ended)).line);
    expect(waits.map((line) => (line.at === 'waiting' ? line.retryAtMs - 1000 : null))).toEqual([300, 600, 1200, 15_000, 15_000]);
    expect(walk(ended, ended, came(1), ended).line).toMatchObject({ attempt: 1 });
  });

  it('waits as long as the server asks it to', () => {
    const line = walk({ event: 'refused', refusal: refusalOf(429, '20', null), nowMs: 0, random: 0 }).line;
    expect(line).toEqual({ at: 'waiting', attempt: 1, retryAtMs: 20_000 });
  });

  it('knows the server\'s clock by what was held up least on the way', () => {
    const told = (event: 'state' | 'patched', sentMs: number, nowMs: number): LiveEvent => ({
      event, nowMs, state: state(1, new Date(sentMs).toISOString()),
    });
    expect(walk(told('state', 10_000, 5_000)).aheadMs).toBe(5_000);
    expect(walk(told('state', 10_000, 5_000), told('patched', 11_000, 9_000), told('patched', 20_000, 14_900)).aheadMs).toBe(5_100);
    expect(walk(told('state', 10_000, 5_000), told('state', 10_000, 8_000)).aheadMs).toBe(2_000);
  });

  it('gives up when it is refused for good', () => {
    const refused = walk(came(1), { event: 'refused', refusal: refusalOf(403, null, null), nowMs: 0, random: 0 }, ended);
    expect(refused.line.at).toBe('refused');
    expect(refused.state?.seq).toBe(1);
  });
});
