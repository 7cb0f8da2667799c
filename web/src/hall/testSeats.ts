// Seats for tests.
import type { Seat } from './seats';

export function seat(identity: string, change: Partial<Seat> = {}): Seat {
  return {
    identity,
    point: '',
    name: identity,
    unit: '',
    host: identity === 'hub',
    presides: identity === 'hub',
    hasFloor: false,
    spotlit: false,
    self: false,
    speaking: false,
    line: 'good',
    sound: 'live',
    audio: [`${identity}/mic`],
    camera: { sid: `${identity}/camera`, live: true, rests: false },
    screen: null,
    ...change,
  };
}

export const sharing = (identity: string) => ({ screen: { sid: `${identity}/screen`, live: true, rests: false } });
