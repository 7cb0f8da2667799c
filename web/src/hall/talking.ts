// Somebody talks into a microphone that is off: noticed from its loudness, said once in a while; pure.

export interface Talking {
  /** Since when it has been loud, in ms; null while it is quiet. */
  sinceMs: number | null;
  /** Until when it is said. */
  toldUntilMs: number;
}

export const QUIET: Talking = { sinceMs: null, toldUntilMs: 0 };

/** As `levelOf` has it: a voice at the table, not the room's hum. */
const LOUD = 0.45;
/** A cough is shorter. */
const FOR_MS = 700;
const TELL_MS = 5_000;

export function nextTalking(talking: Talking, level: number, nowMs: number): Talking {
  if (level < LOUD) return talking.sinceMs === null ? talking : { ...talking, sinceMs: null };
  const sinceMs = talking.sinceMs ?? nowMs;
  if (nowMs - sinceMs < FOR_MS) return talking.sinceMs === null ? { ...talking, sinceMs } : talking;
  return { sinceMs, toldUntilMs: nowMs + TELL_MS };
}

export const isTold = ({ toldUntilMs }: Talking, nowMs: number): boolean => nowMs < toldUntilMs;
