// The line to the conference as a pure state machine: lost, resumed, joined anew, over.
import type { JoinRefusal } from '../api/join';
import type { Farewell } from '../app/screen';

export type Line =
  /** Joining for the first time. */
  | { at: 'joining' }
  /** `back` after an interruption, until that has been said. */
  | { at: 'up'; back: boolean }
  /** The SDK is resuming by itself. */
  | { at: 'resuming' }
  /** The SDK gave up: we join anew at `retryAtMs`. `attempt` counts from 0. */
  | { at: 'waiting'; attempt: number; retryAtMs: number }
  | { at: 'rejoining'; attempt: number }
  | { at: 'over'; why: Farewell }
  | { at: 'refused'; refusal: JoinRefusal };

/** Why the SDK let go: for good, or to be tried again. */
export type Drop = Farewell | 'trouble';

export type LineEvent =
  | { event: 'connected' }
  | { event: 'interrupted' }
  | { event: 'dropped'; drop: Drop; nowMs: number; random: number }
  | { event: 'refused'; refusal: JoinRefusal }
  | { event: 'retry' }
  | { event: 'told' };

export function nextLine(line: Line, event: LineEvent): Line {
  if (line.at === 'over' || line.at === 'refused') return line;
  switch (event.event) {
    case 'connected':
      return line.at === 'up' ? line : { at: 'up', back: line.at !== 'joining' };
    case 'interrupted':
      // A join under way shows its own words.
      return line.at === 'up' ? { at: 'resuming' } : line;
    case 'dropped': {
      if (event.drop !== 'trouble') return { at: 'over', why: event.drop };
      if (line.at === 'waiting') return line;
      const attempt = line.at === 'rejoining' ? line.attempt + 1 : 0;
      return { at: 'waiting', attempt, retryAtMs: event.nowMs + retryDelayMs(attempt, event.random) };
    }
    case 'refused':
      return { at: 'refused', refusal: event.refusal };
    case 'retry':
      return line.at === 'waiting' ? { at: 'rejoining', attempt: line.attempt } : line;
    case 'told':
      return line.at === 'up' ? { at: 'up', back: false } : line;
  }
}

const RETRY_MS = [1_000, 2_000, 4_000, 8_000];
const RETRY_MAX_MS = 15_000;

/** Waits between our own tries, in ms. `random` (0 to 1) spreads a province's points over half the wait, so that they do not knock together. */
export function retryDelayMs(attempt: number, random: number): number {
  const base = RETRY_MS[attempt] ?? RETRY_MAX_MS;
  return Math.round(base * (0.75 + random / 2));
}

const RESUME_MS = [0, 300, 1_000, 2_000];
const RESUME_MAX_MS = 3_000;
const RESUME_FOR_MS = 20_000;

/**
 * Waits between the SDK's tries to resume, in ms; null after twenty seconds, once joining anew is the better way. A try
 * itself may take long: a server without power refuses nothing.
 */
export function resumeDelayMs(attempt: number, elapsedMs: number, random: number): number | null {
  if (elapsedMs > RESUME_FOR_MS) return null;
  const base = RESUME_MS[attempt] ?? RESUME_MAX_MS;
  return base === 0 ? Math.round(random * 500) : Math.round(base * (0.75 + random / 2));
}
