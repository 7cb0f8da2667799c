// What the chair directs, as the room's metadata tells it (`src/signalling/WIRE.md`): it comes with the pictures, even where
// the live view of the meeting does not; pure.

export interface Direction {
  /** The identity that presides; null before it is known. */
  presiding: string | null;
  /** Who is shown large to all. */
  spotlight: string | null;
  /** Who has the floor. */
  floor: string | null;
}

export const NO_DIRECTION: Direction = { presiding: null, spotlight: null, floor: null };

export function directionOf(metadata: string | undefined): Direction {
  let told: unknown;
  try {
    told = JSON.parse(metadata ?? '');
  } catch {
    return NO_DIRECTION;
  }
  if (typeof told !== 'object' || told === null) return NO_DIRECTION;
  const { presiding, spotlight, floor } = told as Record<string, unknown>;
  const place = typeof floor === 'object' && floor !== null ? (floor as Record<string, unknown>).place : null;
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  return { presiding: text(presiding), spotlight: text(spotlight), floor: text(place) };
}
