// Who is in the hall, as the views need it: plain values, apart from the SDK's live objects.
import { placeOfIdentity } from '../meeting/places';
import type { Direction } from './direction';

export type Sound = 'live' | 'muted' | 'none';
/** In three steps, and gone; null before anything is known. */
export type LineQuality = 'good' | 'fair' | 'poor' | 'lost' | null;

export interface Picture {
  sid: string;
  /** The server sends none for a while: our line does not carry it. */
  rests: boolean;
  /** Published and switched on. */
  live: boolean;
}

export interface Seat {
  identity: string;
  /** The point's code in the directory. */
  point: string;
  /** The point's name. */
  name: string;
  /** Name of the unit above it; empty at the top of the tree. */
  unit: string;
  /** Of those who run the meeting. */
  host: boolean;
  presides: boolean;
  hasFloor: boolean;
  /** Shown large to all by the chair. */
  spotlit: boolean;
  self: boolean;
  speaking: boolean;
  line: LineQuality;
  sound: Sound;
  /** Every audio track, to be heard wherever the seat is shown. */
  audio: string[];
  camera: Picture | null;
  screen: Picture | null;
}

const collator = new Intl.Collator('vi', { numeric: true });

/**
 * The host first, then as the official directory has it: its codes are shorter the higher the unit, and a unit's
 * parts follow one another. It depends on nothing but the point itself, so that nobody jumps about as others come and go.
 */
export function seatOrder(a: Seat, b: Seat): number {
  return (
    Number(b.host) - Number(a.host) ||
    a.point.length - b.point.length ||
    collator.compare(a.point, b.point) ||
    collator.compare(a.name, b.name) ||
    (a.identity < b.identity ? -1 : 1)
  );
}

/** The seats as the chair directs them, and officers by their own names instead of their room's. */
export function directed(seats: readonly Seat[], direction: Direction, nameOf: (place: string) => string): Seat[] {
  return seats.map((seat) => {
    const place = placeOfIdentity(seat.identity);
    const isOfficer = place === 'chair' || place === 'secretary' || place === 'technician';
    return {
      ...seat,
      name: isOfficer || place.startsWith('delegate:') ? nameOf(place) : seat.name,
      presides: place === direction.presiding,
      hasFloor: place === direction.floor,
      spotlit: place === direction.spotlight,
    };
  });
}

export interface Changes {
  joined: Seat[];
  gone: Seat[];
}

/** Who came and who went between two looks, ourselves left out. */
export function changes(before: readonly Seat[], after: readonly Seat[]): Changes {
  const missingFrom = (seats: readonly Seat[], others: readonly Seat[]) => {
    const known = new Set(others.map((seat) => seat.identity));
    return seats.filter((seat) => !seat.self && !known.has(seat.identity));
  };
  return { joined: missingFrom(after, before), gone: missingFrom(before, after) };
}
