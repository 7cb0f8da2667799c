// One meeting's stream of server-sent events: a ticket for each, a new one whenever it ends, and a store to subscribe to.
import { ask, type Api, type Answer } from '../api/client';
import type { MeetingState, Ticket } from '../api/schema';
import { LIVE_START, nextLive, type Live, type LiveEvent } from './live';
import { patched, type Operation } from './patch';

/** As much of an `EventSource` as is needed. */
interface Source {
  addEventListener(type: 'state' | 'patch' | 'alive' | 'error', listener: (event: Event) => void): void;
  close(): void;
}

/** What a test puts in the place of the network and the clock. */
export interface LiveWorld {
  ticket: (signal: AbortSignal) => Promise<Answer<Ticket>>;
  open: (ticket: string) => Source;
  now: () => number;
  random: () => number;
}

/** The server says every ten seconds that it is there. */
const SILENT_MS = 25_000;

/** Follows a meeting for as long as somebody subscribes. */
export class LiveView {
  private live: Live = LIVE_START;
  private readonly listeners = new Set<() => void>();
  private abort: AbortController | null = null;
  private source: Source | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly world: LiveWorld) {}

  readonly snapshot = (): Live => this.live;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.listeners.size === 1) void this.connect();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.rest();
    };
  };

  /** At once, instead of when the time comes: a person asked, or the network is back. */
  readonly retryNow = (): void => {
    if (this.live.line.at === 'waiting' && this.listeners.size > 0) void this.connect();
  };

  private rest(): void {
    this.abort?.abort();
    this.abort = null;
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
  }

  private async connect(): Promise<void> {
    this.rest();
    const abort = new AbortController();
    this.abort = abort;
    const answer = await this.world.ticket(abort.signal);
    if (abort.signal.aborted) return;
    if (!answer.ok) {
      this.step({ event: 'refused', refusal: answer.refusal, nowMs: this.world.now(), random: this.world.random() });
      return;
    }
    const source = this.world.open(answer.value.ticket);
    this.source = source;
    source.addEventListener('state', (event) => {
      if (this.source !== source) return;
      const state = read<MeetingState>(event);
      if (state !== null) this.step({ event: 'state', state, nowMs: this.world.now() });
    });
    source.addEventListener('patch', (event) => {
      if (this.source !== source) return;
      const state = this.patchedBy(read<Operation[]>(event));
      if (state !== null) return this.step({ event: 'patched', state, nowMs: this.world.now() });
      // Something is missing in between: begin anew, with the whole.
      this.end();
    });
    source.addEventListener('alive', () => this.source === source && this.watch());
    this.watch();
    // The browser would come back by itself with a ticket that is used up.
    source.addEventListener('error', () => this.source === source && this.end());
  }

  /** A line that is cut says nothing, and neither does the browser: what should have come and did not is the sign. */
  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.end(), SILENT_MS);
  }

  private end(): void {
    this.rest();
    this.step({ event: 'ended', nowMs: this.world.now(), random: this.world.random() });
  }

  private patchedBy(operations: Operation[] | null): MeetingState | null {
    const { state } = this.live;
    if (state === null || operations === null) return null;
    try {
      return patched(state, operations);
    } catch {
      return null;
    }
  }

  private step(event: LiveEvent): void {
    const next = nextLive(this.live, event);
    if (next === this.live) return;
    this.live = next;
    if (next.line.at === 'up') this.watch();
    clearTimeout(this.timer);
    if (next.line.at === 'waiting' && this.listeners.size > 0) {
      this.timer = setTimeout(() => void this.connect(), Math.max(0, next.line.retryAtMs - this.world.now()));
    }
    for (const listener of this.listeners) listener();
  }
}

export function followMeeting(api: Api, id: string): LiveView {
  const path = { id };
  return new LiveView({
    ticket: (signal) =>
      ask((until) => api.POST('/api/v1/meetings/{id}/live-ticket', { params: { path }, signal: until }), signal),
    open: (ticket) => new EventSource(`/api/v1/meetings/${encodeURIComponent(id)}/live?ticket=${encodeURIComponent(ticket)}`),
    now: () => Date.now(),
    random: () => Math.random(),
  });
}

/** The server's own words; anything else, such as half a message of a proxy, is passed over. */
function read<T>(event: Event): T | null {
  try {
    return JSON.parse((event as MessageEvent<string>).data) as T;
  } catch {
    return null;
  }
}
