import { describe, expect, it } from 'vitest';

import type { Counts, LineView } from '../api/schema';
import { byLevel, readinessOf, type Level } from './readiness';

const NOBODY: Counts = { expected: 0, present: 0, proxy: 0, left: 0, excused: 0, absent: 0, unconfirmed: 0, added: 0 };
const counts = (change: Partial<Counts>): Counts => ({ ...NOBODY, ...change });
const check = (change: object = {}) => ({ point: '071', picture: true, sound: true, note: '', at: '2021-10-19T00:40:00Z', by: 'point:071', ...change });
const up = (change: Partial<LineView> = {}): LineView =>
  ({ place: 'point:071', connected: true, devices: 1, since: '2021-10-19T00:30:00Z', check: check(), ...change }) as LineView;
const down: LineView = { place: 'point:071', connected: false, devices: 0 };
const ready = (line: LineView | undefined, phase: Parameters<typeof readinessOf>[1], of = NOBODY, removed = false) =>
  readinessOf({ line, counts: of, removed }, phase);

describe('a point', () => {
  it('is red without a line, from the line check on', () => {
    expect(ready(down, 'published')).toEqual({ level: 'quiet', causes: ['never-connected'], since: null });
    expect(ready(down, 'line-check')).toEqual({ level: 'red', causes: ['never-connected'], since: null });
    expect(ready({ ...down, downSince: '2021-10-19T00:50:00Z' }, 'open')).toEqual({
      level: 'red', causes: ['line-lost'], since: '2021-10-19T00:50:00Z',
    });
  });

  it('is red when its line check shows no picture or no sound, and says both', () => {
    const line = up({ check: check({ picture: false, sound: false }) as LineView['check'] });
    expect(ready(line, 'line-check')).toEqual({ level: 'red', causes: ['no-picture', 'no-sound'], since: '2021-10-19T00:40:00Z' });
  });

  it.each([{ roundTripMs: 700 }, { lossUpPerMille: 80 }, { lossDownPerMille: 31 }, { upKbps: 90 }, { downKbps: 100 }])(
    'is amber with a weak line: %j',
    (measured) => {
      const line = up({ check: check({ measured }) as LineView['check'] });
      expect(ready(line, 'line-check')).toMatchObject({ level: 'amber', causes: ['weak-line'] });
    },
  );

  it('is amber before its line check, and green after it', () => {
    expect(ready(up({ check: null }), 'line-check')).toMatchObject({ level: 'amber', causes: ['not-checked'] });
    expect(ready(up(), 'line-check')).toEqual({ level: 'green', causes: [], since: '2021-10-19T00:30:00Z' });
  });

  it('is amber in the meeting until its roll is called', () => {
    expect(ready(up({ check: null }), 'open', counts({ expected: 3, unconfirmed: 1, present: 2 }))).toMatchObject({ level: 'amber', causes: ['unconfirmed'] });
    expect(ready(up(), 'open', counts({ expected: 3, absent: 3 }))).toMatchObject({ level: 'amber', causes: ['nobody-here'] });
    expect(ready(up(), 'open', counts({ expected: 3, absent: 1, present: 1, proxy: 1 })).level).toBe('green');
    expect(ready(up(), 'open').level).toBe('green');
  });

  it('is of no account once removed, and when nothing is under way', () => {
    expect(ready(down, 'open', NOBODY, true).level).toBe('quiet');
    expect(ready(down, 'closed').level).toBe('quiet');
  });
});

it('what is red comes first', () => {
  const levels: Level[] = ['green', 'quiet', 'red', 'amber'];
  expect(levels.sort(byLevel)).toEqual(['red', 'amber', 'green', 'quiet']);
});
