// Whether a seat goes into the hall now or waits, and for what; pure.
import type { MeetingState } from '../api/schema';

export type Door =
  | { is: 'open' }
  /** How the meeting stands is not known yet. */
  | { is: 'unknown' }
  /** Announced, and not begun: neither its line check nor itself. */
  | { is: 'early' }
  | { is: 'draft' }
  | { is: 'locked' }
  | { is: 'removed' }
  | { is: 'closed' };

export function doorOf(state: MeetingState | null): Door {
  if (state === null) return { is: 'unknown' };
  if (state.phase === 'closed') return { is: 'closed' };
  if (state.phase === 'draft') return { is: 'draft' };
  // Those who run the meeting are there before it begins: they begin it.
  if (state.view === 'host') return { is: 'open' };
  switch (state.keptOut) {
    case 'removed':
      return { is: 'removed' };
    case 'locked':
      return { is: 'locked' };
    default:
      return state.phase === 'published' ? { is: 'early' } : { is: 'open' };
  }
}
