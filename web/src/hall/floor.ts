// The floor as one seat sees it; pure.
import type { Floor } from '../api/schema';
import type { Hand } from './Controls';

/** Requests of one place with where each stands in the queue, counted from 1. */
export function ownRequests({ queue }: Floor, self: string | null) {
  return queue.map((request, index) => ({ request, position: index + 1 })).filter(({ request }) => request.place === self);
}

export function handOf(floor: Floor | undefined, self: string | null, mayAsk: boolean): Hand {
  if (!floor || self === null) return { is: 'none' };
  if (floor.holder?.place === self) return { is: 'speaks' };
  const [first] = ownRequests(floor, self);
  if (first) return { is: 'waits', position: first.position };
  return mayAsk ? { is: 'free' } : { is: 'none' };
}
