// Places of a meeting by the names that people know; pure.
import type { Outline, Point } from '../api/schema';

/** `point:071` becomes `071`; null for any other place. */
export const pointOf = (place: string): string | null => (place.startsWith('point:') ? place.slice('point:'.length) : null);
export const placeOf = (point: string): string => `point:${point}`;

/** The identity of a second device of a seat is that of the seat with `~2` behind it. */
export const placeOfIdentity = (identity: string): string => identity.replace(/~\d$/, '');

/** What the seats are called that are no rooms. */
export interface SeatWords {
  hub: string;
  chair: string;
  secretary: string;
  technician: string;
  delegate: string;
  observer: (name: string) => string;
}

export interface Places {
  /** A point of the plan. */
  point: (id: string) => Point | undefined;
  /** What a place is called: a point by its name, an officer by the office and the person's name. */
  name: (place: string) => string;
  /** The name of the unit above a point; empty at the top. */
  unit: (point: string) => string;
  /** The points below which a point stands, from the top; without itself. */
  path: (point: string) => Point[];
  outline: Outline | null;
}

export function placesOf(outline: Outline | null, words: SeatWords, delegateName?: (id: string) => string | undefined): Places {
  const byId = new Map(outline?.points.map((point) => [point.id, point]));
  const parent = (id: string) => byId.get(byId.get(id)?.parent ?? '');
  const officer = (office: string, person: { name: string } | null | undefined) => (person ? `${office} (${person.name})` : office);
  const name = (place: string): string => {
    const point = pointOf(place);
    if (point !== null) return byId.get(point)?.name ?? point;
    switch (place) {
      case 'hub':
        return words.hub;
      case 'chair':
        return officer(words.chair, outline?.chair);
      case 'secretary':
        return officer(words.secretary, outline?.secretary);
      case 'technician':
        return officer(words.technician, outline?.technician);
    }
    const [kind = '', id = ''] = place.split(/:(.*)/s);
    return kind === 'delegate' ? (delegateName?.(id) ?? words.delegate) : words.observer(id);
  };
  const path = (id: string): Point[] => {
    const above: Point[] = [];
    for (let at = parent(id); at !== undefined && above.length < byId.size; at = parent(at.id)) above.unshift(at);
    return above;
  };
  return { point: (id) => byId.get(id), name, unit: (id) => parent(id)?.name ?? '', path, outline };
}
