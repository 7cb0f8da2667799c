import { expect, it } from 'vitest';

import type { MeetingState } from '../../api/schema';
import { shownTab, tabsFor } from './tabs';

const state = (value: object) => value as MeetingState;

it('those who run the meeting conduct it, a point calls its roll, and a delegate does neither', () => {
  expect(tabsFor(state({ view: 'host' }))).toEqual(['conduct', 'points', 'agenda', 'vote', 'chat']);
  expect(tabsFor(state({ view: 'own', place: 'point:071', roll: {} }))).toEqual(['floor', 'agenda', 'vote', 'roll', 'chat']);
  expect(tabsFor(state({ view: 'own', place: 'delegate:d1', roll: {} }))).toEqual(['floor', 'agenda', 'vote', 'chat']);
});

it('a part that a seat does not have is never shown', () => {
  expect(shownTab(['conduct', 'chat'], 'floor')).toBe('conduct');
  expect(shownTab(['conduct', 'chat'], 'chat')).toBe('chat');
});
