// How much was written that this person has not seen; pure.
import type { Message } from '../api/schema';

export const unreadOf = (messages: readonly Message[], read: number, self: string | null): number =>
  messages.filter(({ seq, by }) => seq > read && by !== self).length;
