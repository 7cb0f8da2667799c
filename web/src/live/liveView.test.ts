import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Answer } from '../api/client';
import { refusalOf } from '../api/refusal';
import type { Ticket } from '../api/schema';
import { LiveView } from './liveView';
import type { Operation } from './patch';

class Source extends EventTarget {
  closed = false;
  constructor(readonly ticket: string) {
    super();
  }
  close() {
    this.closed = true;
  }
  says(seq: number) {
    this.dispatchEvent(new MessageEvent('state', { data: JSON.stringify({ meeting: 'm', seq }) }));
  }
  patches(...operations: Operation[]) {
    this.dispatchEvent(new MessageEvent('patch', { data: JSON.stringify(operations) }));
  }
  isAlive() {
    this.dispatchEvent(new MessageEvent('alive', { data: '1' }));
  }
  ends() {
    this.dispatchEvent(new Event('error'));
  }
}

function world(answers: Answer<Ticket>[] = []) {
  const sources: Source[] = [];
  let tickets = 0;
  const view = new LiveView({
    ticket: () => Promise.resolve(answers.shift() ?? { ok: true, etag: null, value: { ticket: `t${++tickets}`, expiresInS: 30 } }),
    open: (ticket) => {
      const source = new Source(ticket);
      sources.push(source);
      return source;
    },
    now: () => Date.now(),
    random: () => 0,
  });
  return { view, sources };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a meeting that is followed', () => {
  it('comes by a ticket, and anew by another one when the stream ends', async () => {
    const { view, sources } = world();
    const heard = vi.fn();
    view.subscribe(heard);
    await vi.advanceTimersByTimeAsync(0);
    sources[0]?.says(3);
    expect(view.snapshot()).toMatchObject({ state: { seq: 3 }, line: { at: 'up' } });
    expect(heard).toHaveBeenCalledTimes(1);
    sources[0]?.ends();
    expect(sources[0]?.closed).toBe(true);
    expect(view.snapshot().line.at).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1000);
    expect(sources.map(({ ticket }) => ticket)).toEqual(['t1', 't2']);
    sources[1]?.says(4);
    expect(view.snapshot()).toMatchObject({ state: { seq: 4 }, line: { at: 'up' } });
  });

  it('is told by patches what changed, and asks for the whole when one does not fit', async () => {
    const { view, sources } = world();
    view.subscribe(() => {});
    await vi.advanceTimersByTimeAsync(0);
    sources[0]?.says(3);
    sources[0]?.patches({ op: 'replace', path: '/seq', value: 4 });
    expect(view.snapshot()).toMatchObject({ state: { meeting: 'm', seq: 4 }, line: { at: 'up' } });
    sources[0]?.patches({ op: 'replace', path: '/none', value: 5 });
    expect(sources[0]?.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(1000);
    sources[1]?.says(6);
    expect(view.snapshot()).toMatchObject({ state: { seq: 6 }, line: { at: 'up' } });
  });

  it('begins anew when nothing has been heard for too long', async () => {
    const { view, sources } = world();
    view.subscribe(() => {});
    await vi.advanceTimersByTimeAsync(0);
    sources[0]?.says(3);
    await vi.advanceTimersByTimeAsync(20_000);
    sources[0]?.isAlive();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(view.snapshot().line.at).toBe('up');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sources[0]?.closed).toBe(true);
    expect(view.snapshot().line.at).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sources).toHaveLength(2);
  });

  it('is left alone once nobody looks', async () => {
    const { view, sources } = world();
    const leave = view.subscribe(() => {});
    await vi.advanceTimersByTimeAsync(0);
    leave();
    expect(sources[0]?.closed).toBe(true);
    sources[0]?.ends();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sources).toHaveLength(1);
  });

  it('does not open a stream for somebody who left while the ticket was under way', async () => {
    const { view, sources } = world();
    view.subscribe(() => {})();
    await vi.advanceTimersByTimeAsync(0);
    expect(sources).toHaveLength(0);
  });

  it('waits out a server that is down, and a person may try at once', async () => {
    const { view, sources } = world([{ ok: false, refusal: { kind: 'offline' } }]);
    view.subscribe(() => {});
    await vi.advanceTimersByTimeAsync(0);
    expect(view.snapshot().line).toMatchObject({ at: 'waiting', attempt: 1 });
    view.retryNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(sources).toHaveLength(1);
  });

  it('passes over half a message, and gives up where it may not look', async () => {
    const { view, sources } = world();
    view.subscribe(() => {});
    await vi.advanceTimersByTimeAsync(0);
    sources[0]?.dispatchEvent(new MessageEvent('state', { data: '{"meeting":' }));
    expect(view.snapshot().line.at).toBe('connecting');

    const refused = world([{ ok: false, refusal: refusalOf(403, null, null) }]);
    refused.view.subscribe(() => {});
    await vi.advanceTimersByTimeAsync(60_000);
    expect(refused.view.snapshot().line.at).toBe('refused');
    expect(refused.sources).toHaveLength(0);
  });
});
