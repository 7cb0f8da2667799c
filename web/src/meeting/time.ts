// Lengths of time and the server's clock, for components.
import { useEffect, useState } from 'react';

/** `4:05`, or `1:04:05` from an hour on. What is negative counts as nothing. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

export type TimeBox =
  /** Without a limit; `ms` since the beginning. */
  | { is: 'open'; ms: number }
  /** `ms` are left; `share` of the time is used up, 0 to 1. */
  | { is: 'running' | 'ending'; ms: number; share: number }
  /** Over since `ms`. */
  | { is: 'over'; ms: number };

/** The last part of a time box, in which whoever speaks is to come to an end. */
const ENDING_MS = 30_000;

export function timeBoxOf(turn: { since: string; until?: string | null }, nowMs: number): TimeBox {
  const since = Date.parse(turn.since);
  if (!turn.until) return { is: 'open', ms: Math.max(0, nowMs - since) };
  const until = Date.parse(turn.until);
  if (nowMs >= until) return { is: 'over', ms: nowMs - until };
  const ms = until - nowMs;
  const share = Math.min(1, Math.max(0, (nowMs - since) / Math.max(1, until - since)));
  return { is: ms <= ENDING_MS ? 'ending' : 'running', ms, share };
}

/** The server's time, again every whole second of it. */
export function useServerTime(aheadMs: number, on = true): number {
  const [now, setNow] = useState(() => Date.now() + aheadMs);
  useEffect(() => {
    if (!on) return;
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const at = Date.now() + aheadMs;
      setNow(at);
      timer = setTimeout(tick, 1005 - (at % 1000));
    };
    tick();
    return () => clearTimeout(timer);
  }, [aheadMs, on]);
  return now;
}
