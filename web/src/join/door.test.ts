import { describe, expect, it } from 'vitest';

import type { MeetingState } from '../api/schema';
import { doorOf } from './door';

const own = (change: object) => ({ view: 'own', phase: 'open', keptOut: null, ...change }) as unknown as MeetingState;
const host = (phase: string) => ({ view: 'host', phase }) as unknown as MeetingState;

describe('the door of the hall', () => {
  it.each([
    ['line-check', 'open'],
    ['open', 'open'],
    ['paused', 'open'],
    ['published', 'early'],
    ['draft', 'draft'],
    ['closed', 'closed'],
  ])('for a point, while the meeting is %s: %s', (phase, is) => {
    expect(doorOf(own({ phase })).is).toBe(is);
  });

  it('stays shut for whom the chair keeps out', () => {
    expect(doorOf(own({ keptOut: 'locked' })).is).toBe('locked');
    expect(doorOf(own({ keptOut: 'removed', phase: 'published' })).is).toBe('removed');
  });

  it('is open early for those who run the meeting', () => {
    expect(doorOf(host('published')).is).toBe('open');
    expect(doorOf(host('draft')).is).toBe('draft');
    expect(doorOf(host('closed')).is).toBe('closed');
  });

  it('is not known before the meeting is', () => {
    expect(doorOf(null).is).toBe('unknown');
  });
});
