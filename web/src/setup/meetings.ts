// The list of meetings in the order in which they are looked for; pure.
import type { MeetingSummary } from '../api/schema';
import { matcher } from '../meeting/tree';

const DAY_MS = 24 * 3_600_000;
const RUNNING = new Set<MeetingSummary['phase']>(['line-check', 'open', 'paused']);

export interface Sorted {
  upcoming: MeetingSummary[];
  past: MeetingSummary[];
}

/** What is over, or was to begin more than a day ago, is past; the nearest to now stands first in both. */
export function sortedMeetings(meetings: readonly MeetingSummary[], search: string, now: number): Sorted {
  const matches = matcher(search);
  const found = meetings.filter(({ title, number, id }) => matches(title, number, id));
  const starts = ({ startsAt }: MeetingSummary) => Date.parse(startsAt);
  const isPast = (meeting: MeetingSummary) => meeting.phase === 'closed' || (!RUNNING.has(meeting.phase) && starts(meeting) < now - DAY_MS);
  return {
    upcoming: found.filter((meeting) => !isPast(meeting)).sort((one, other) => starts(one) - starts(other)),
    past: found.filter(isPast).sort((one, other) => starts(other) - starts(one)),
  };
}
