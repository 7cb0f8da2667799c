// What a page knows of a meeting under way, and how its stream is doing; pure.
import { mayPass, type Refusal } from '../api/refusal';
import type { MeetingState } from '../api/schema';

export type LiveLine =
  /** The first state has not come yet. */
  | { at: 'connecting' }
  | { at: 'up' }
  /** Lost; `attempt` counts the tries since, and the next one is made at that time. */
  | { at: 'waiting'; attempt: number; retryAtMs: number }
  /** For good: a retry would be refused as well. */
  | { at: 'refused'; refusal: Refusal };

export interface Live {
  /** The newest state that came, also while the line is lost. */
  state: MeetingState | null;
  line: LiveLine;
  /** How far the server's clock is ahead of this machine's, in ms: the instants of the state are the server's. */
  aheadMs: number;
}

export type LiveEvent =
  | { event: 'state'; state: MeetingState; nowMs: number }
  /** What the state has become by a patch. */
  | { event: 'patched'; state: MeetingState; nowMs: number }
  /** The stream ended: by the server when the token does, or by the network. */
  | { event: 'ended'; nowMs: number; random: number }
  | { event: 'refused'; refusal: Refusal; nowMs: number; random: number };

export const LIVE_START: Live = { state: null, line: { at: 'connecting' }, aheadMs: 0 };

const FIRST_RETRY_MS = 300;
const LONGEST_RETRY_MS = 15_000;

export function nextLive(live: Live, event: LiveEvent): Live {
  // What was refused for good stays so, whatever is still under way.
  if (live.line.at === 'refused') return live;
  switch (event.event) {
    case 'state':
      return { state: event.state, line: { at: 'up' }, aheadMs: aheadMs(event) };
    case 'patched':
      // Whatever was held up on the way makes the server's clock look late: the one that was held up least knows best.
      return { state: event.state, line: { at: 'up' }, aheadMs: Math.max(live.aheadMs, aheadMs(event)) };
    case 'ended':
      return { ...live, line: waitAfter(live.line, event.nowMs, event.random, 0) };
    case 'refused': {
      const { refusal } = event;
      if (!mayPass(refusal)) return { ...live, line: { at: 'refused', refusal } };
      const leastMs = refusal.kind === 'tooMany' ? refusal.retryAfterS * 1000 : 0;
      return { ...live, line: waitAfter(live.line, event.nowMs, event.random, leastMs) };
    }
  }
}

const aheadMs = ({ state, nowMs }: { state: MeetingState; nowMs: number }): number => (Date.parse(state.now) || nowMs) - nowMs;

/** Doubling, and spread so that two hundred points do not come back at once. */
function waitAfter(line: LiveLine, nowMs: number, random: number, leastMs: number): LiveLine {
  const attempt = line.at === 'waiting' ? line.attempt + 1 : 1;
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1));
  return { at: 'waiting', attempt, retryAtMs: nowMs + Math.max(leastMs, longest * (0.5 + random / 2)) };
}
