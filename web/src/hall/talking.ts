// Somebody talks into a microphone that is off: noticed from its loudness, said once in a while; pure.

export interface Talking {
  /** How long it was loud of late, in ms; what is quiet in between lets it fade. */
  loudMs: number;
  /** When the loudness was looked at last. */
  atMs: number;
  /** Until when it is said. */
  toldUntilMs: number;
}

export const QUIET: Talking = { loudMs: 0, atMs: 0, toldUntilMs: 0 };

/** As `levelOf` has it: a voice at the table, not the room's hum. */
const LOUD = 0.45;
/** A cough is shorter. */
const FOR_MS = 700;
const TELL_MS = 5_000;
/** A page in the background looks seldom: what was in between is not known. */
const LONGEST_STEP_MS = 200;

export function nextTalking({ loudMs, atMs, toldUntilMs }: Talking, level: number, nowMs: number): Talking {
  const stepMs = Math.min(LONGEST_STEP_MS, Math.max(0, nowMs - atMs));
  // Between two syllables everybody is quiet: that is no end of talking.
  const loud = level >= LOUD ? loudMs + stepMs : Math.max(0, loudMs - stepMs / 2);
  const isTalk = loud >= FOR_MS;
  return { loudMs: Math.min(loud, FOR_MS), atMs: nowMs, toldUntilMs: isTalk && level >= LOUD ? nowMs + TELL_MS : toldUntilMs };
}

export const isTold = ({ toldUntilMs }: Talking, nowMs: number): boolean => nowMs < toldUntilMs;
