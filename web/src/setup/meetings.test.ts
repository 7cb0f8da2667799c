import { expect, it } from 'vitest';

import type { MeetingSummary } from '../api/schema';
import { sortedMeetings } from './meetings';

const NOW = Date.parse('2021-10-19T01:00:00Z');
const meeting = (id: string, startsAt: string, phase: MeetingSummary['phase']): MeetingSummary => ({
  id, startsAt, phase, number: '', title: `Hội nghị ${id}`, version: 1,
});
const meetings = [
  meeting('november', '2021-11-19T01:00:00Z', 'draft'),
  meeting('tomorrow', '2021-10-20T01:00:00Z', 'published'),
  meeting('since yesterday', '2021-10-18T00:00:00Z', 'open'),
  meeting('this morning', '2021-10-19T00:00:00Z', 'closed'),
  meeting('never held', '2021-10-01T01:00:00Z', 'draft'),
  meeting('september', '2021-09-19T01:00:00Z', 'closed'),
];
const ids = (found: readonly MeetingSummary[]) => found.map(({ id }) => id);

it('what comes next stands first, and what was last stands first of what was', () => {
  const { upcoming, past } = sortedMeetings(meetings, '', NOW);
  expect(ids(upcoming)).toEqual(['since yesterday', 'tomorrow', 'november']);
  expect(ids(past)).toEqual(['this morning', 'never held', 'september']);
});

it('both are searched alike', () => {
  const { upcoming, past } = sortedMeetings(meetings, 'hoi MBER', NOW);
  expect([ids(upcoming), ids(past)]).toEqual([['november'], ['september']]);
});
