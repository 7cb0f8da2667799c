// What stands on the stage, and what is received for it: pure policy.
import type { Seat } from './seats';

export type Stage =
  | { shows: 'nobody' }
  | { shows: 'camera'; seat: Seat }
  /** A presentation; `beside` leads the tiles next to it, if there is anybody to see. Nothing covers a slide. */
  | { shows: 'screen'; seat: Seat; beside: Seat | null };

export interface Wish {
  /** Identity that the person put on the stage of this page. */
  pinned: string | null;
  /** Who was last heard. */
  speaker: string | null;
}

/**
 * A presentation comes first. Else what the person pinned, else whom the chair put in the spotlight, else who has the floor,
 * else who presides or the hub. A picture of itself would tell a seat nothing: who runs the meeting alone sees who speaks,
 * else the first point.
 */
export function chooseStage(seats: readonly Seat[], { pinned, speaker }: Wish): Stage {
  const others = seats.filter((seat) => !seat.self);
  const by = (identity: string | null) => others.find((seat) => seat.identity === identity) ?? null;
  const first = (fits: (seat: Seat) => boolean) => others.find(fits) ?? null;
  const spotlit = first((seat) => seat.spotlit);
  const head = first((seat) => seat.presides) ?? first((seat) => seat.host);

  // Another's presentation before our own: we know what we show.
  const presenter = first((seat) => seat.screen?.live === true) ?? seats.find((seat) => seat.screen?.live);
  if (presenter) {
    const beside = by(pinned) ?? spotlit ?? first((seat) => seat.hasFloor) ?? head ?? (presenter.self ? by(speaker) : presenter);
    return { shows: 'screen', seat: presenter, beside };
  }
  const runs = seats.some((seat) => seat.self && seat.host);
  const seat = by(pinned) ?? spotlit ?? first((one) => one.hasFloor) ?? head ?? (runs ? (by(speaker) ?? others[0] ?? null) : null);
  return seat ? { shows: 'camera', seat } : { shows: 'nobody' };
}

/** Identities whose camera the stage already shows. */
export function onStage(stage: Stage): string[] {
  switch (stage.shows) {
    case 'nobody':
    case 'screen':
      return [];
    case 'camera':
      return [stage.seat.identity];
  }
}

/** How much of a weak line the pictures may take. */
export const SAVINGS = ['off', 'small', 'sound'] as const;
export type Saving =
  /** The stage, and the cameras of the visible page. */
  | 'off'
  /** The stage alone, small. */
  | 'small'
  /** No picture but a presentation's. */
  | 'sound';

/** Track sids to receive: every sound, the stage's pictures, the visible page's cameras. Nothing else costs the line. */
export function wantedTracks(seats: readonly Seat[], stage: Stage, visible: readonly string[], saving: Saving = 'off'): Set<string> {
  const wanted = new Set<string>();
  const cameras = new Set(saving === 'sound' ? [] : saving === 'small' ? onStage(stage) : [...visible, ...onStage(stage)]);
  for (const seat of seats) {
    if (seat.self) continue;
    for (const sid of seat.audio) wanted.add(sid);
    if (seat.camera && cameras.has(seat.identity)) wanted.add(seat.camera.sid);
    if (seat.screen && stage.shows === 'screen' && stage.seat.identity === seat.identity) wanted.add(seat.screen.sid);
  }
  return wanted;
}

export interface Speaker {
  identity: string | null;
  sinceMs: number;
}

const HOLD_MS = 2_000;

/** Follows who is heard: it stays with a speaker who goes on, and at least two seconds with each, so that a cough moves nothing. */
export function nextSpeaker(current: Speaker, speaking: readonly string[], nowMs: number): Speaker {
  const first = speaking[0];
  if (first === undefined || (current.identity !== null && speaking.includes(current.identity))) return current;
  if (current.identity !== null && nowMs - current.sinceMs < HOLD_MS) return current;
  return { identity: first, sinceMs: nowMs };
}
