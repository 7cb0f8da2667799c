// Who is in the hall, as the views need it: plain values, apart from the SDK's live objects.

export type Sound = 'live' | 'muted' | 'none';
export type LineQuality = 'fine' | 'poor' | 'lost';

export interface Picture {
  sid: string;
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
  host: boolean;
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
