import { describe, expect, it } from 'vitest';

import { patched, PatchMisfit, type Operation } from './patch';

const meeting = {
  phase: 'open',
  lines: [{ place: 'hub', up: true }, { place: 'point:071', up: false }],
  floor: { holder: null as null | string, queue: ['a', 'b', 'c'] },
  'a/b~c': 1,
};

describe('a patch', () => {
  it('changes what it names, in order, and leaves the old state as it was', () => {
    const before = structuredClone(meeting);
    const operations: Operation[] = [
      { op: 'replace', path: '/lines/1/up', value: true },
      { op: 'add', path: '/lines/2', value: { place: 'point:072', up: true } },
      { op: 'replace', path: '/lines/2/up', value: false },
      { op: 'remove', path: '/floor/queue/0' },
      { op: 'remove', path: '/floor/queue/1' },
      { op: 'add', path: '/floor/queue/-', value: 'd' },
      { op: 'add', path: '/floor/holder', value: 'a' },
      { op: 'replace', path: '/a~1b~0c', value: 2 },
      { op: 'remove', path: '/phase' },
    ];
    expect(patched(meeting, operations)).toEqual({
      lines: [{ place: 'hub', up: true }, { place: 'point:071', up: true }, { place: 'point:072', up: false }],
      floor: { holder: 'a', queue: ['b', 'd'] },
      'a/b~c': 2,
    });
    expect(meeting).toEqual(before);
  });

  it('leaves what it does not touch the same object', () => {
    const after = patched(meeting, [{ op: 'replace', path: '/lines/1/up', value: true }]);
    expect(after.lines[0]).toBe(meeting.lines[0]);
    expect(after.floor).toBe(meeting.floor);
    expect(after.lines).not.toBe(meeting.lines);
    expect(patched(meeting, [])).toBe(meeting);
  });

  it.each<Operation>([
    { op: 'replace', path: '/none', value: 1 },
    { op: 'remove', path: '/floor/none' },
    { op: 'replace', path: '/lines/2', value: 1 },
    { op: 'replace', path: '/lines/-1', value: 1 },
    { op: 'add', path: '/lines/4', value: 1 },
    { op: 'add', path: '/phase/deeper', value: 1 },
    { op: 'add', path: 'phase', value: 1 },
    { op: 'remove', path: '' },
  ])('that does not fit is refused: %j', (operation) => {
    expect(() => patched(meeting, [operation])).toThrow(PatchMisfit);
  });
});
