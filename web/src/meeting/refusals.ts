// A meeting's refusal as a sentence that calls places by their names; the server's words know only their codes.
import type { Refusal } from '../api/refusal';
import { wordsOf } from '../api/words';
import type { Messages } from '../i18n';
import type { MeetingMessages } from '../i18n/meeting';
import type { Places } from './places';

export function refusalWords(refusal: Refusal, places: Places, text: Messages, { refused }: MeetingMessages): string {
  const meeting = refusal.kind === 'problem' ? refusal.meeting : null;
  switch (meeting?.refusal) {
    case 'not-connected':
      return refused.notConnected(places.name(meeting.place));
    case 'not-presiding':
      return refused.notPresiding(places.name(meeting.presiding));
    case 'still-presiding':
      return refused.stillPresiding(places.name(meeting.place));
    case 'is-removed':
      return refused.isRemoved(places.name(meeting.place));
    case 'not-removed':
      return refused.notRemoved(places.name(meeting.place));
    default:
      return wordsOf(refusal, text);
  }
}

/** It is so already: whoever asked has what they wanted. */
export const isDoneAlready = (refusal: Refusal): boolean =>
  refusal.kind === 'problem' && refusal.meeting?.refusal === 'no-change';
