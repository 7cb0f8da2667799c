import { describe, expect, it } from 'vitest';

import type { Meeting } from '../../api/schema';
import { agendaOf, editPlan, likeThis, meetingIdOf, plannedMinutes, rehearsalTime, subtree, wholePlan, type PlanEdit } from './plan';
import { isLink, troublesOf } from './troubles';

const point = (id: string, parent: string | null) => ({ id, parent, level: '', name: `Điểm ${id}`, room: `Phòng ${id}` });
const delegate = (id: string, at: string) => ({ id, name: `Đại biểu ${id}`, title: '', unit: at, point: at });

const meeting: Meeting = {
  id: 'm',
  title: 'Hội nghị',
  startsAt: '2021-10-19T01:00:00Z',
  hub: '08',
  points: [point('08', null), point('070', '08'), point('02200', '070'), point('071', '08')],
  delegates: [delegate('a', '071'), delegate('b', '02200')],
  agenda: [
    { id: 1, type: 'report', title: 'Báo cáo', minutes: 20, point: '070' },
    { id: 4, type: 'discussion', title: 'Thảo luận', minutes: 40 },
  ],
};
const plan = wholePlan(meeting);
const edited = (...edits: PlanEdit[]) => edits.reduce(editPlan, plan);

describe('a plan', () => {
  it('is whole, whatever the server left out', () => {
    expect(plan.rules.lateAfterMinutes).toBe(15);
    expect(plan.officers).toEqual({ chair: null, secretary: null, technician: null });
    expect(plan.agenda[1]).toMatchObject({ presenter: '', point: null, documents: [] });
    expect(plannedMinutes(plan.agenda)).toBe(60);
  });

  it('loses a point with all below it, and whoever was expected there', () => {
    const after = edited({ edit: 'removePoint', id: '070' });
    expect(after.points.map(({ id }) => id)).toEqual(['08', '071']);
    expect(after.delegates.map(({ id }) => id)).toEqual(['a']);
    expect(after.agenda[0]?.point).toBeNull();
    expect(plan.points).toHaveLength(4);
  });

  it('never loses its hub', () => {
    expect(edited({ edit: 'removePoint', id: '08' })).toBe(plan);
    const district = edited({ edit: 'hub', hub: '02200' });
    expect(editPlan(district, { edit: 'removePoint', id: '070' })).toBe(district);
  });

  it('numbers agenda items above all that are there', () => {
    const after = edited({ edit: 'addItem', kind: 'conclusion', title: 'Kết luận' }, { edit: 'removeItem', id: 1 });
    expect(after.agenda.map(({ id }) => id)).toEqual([4, 5]);
  });

  it('moves agenda items within the list', () => {
    const order = (id: number, by: number) => edited({ edit: 'moveItem', id, by }).agenda.map((item) => item.id);
    expect(order(4, -1)).toEqual([4, 1]);
    expect(order(1, 1)).toEqual([4, 1]);
    expect(order(1, -1)).toEqual([1, 4]);
    expect(order(4, 1)).toEqual([1, 4]);
    expect(order(9, 1)).toEqual([1, 4]);
  });

  it('is copied to another day with everything but its number and name', () => {
    const copy = likeThis({ ...plan, number: '125/GM-UBND' }, { id: 'n', title: 'Lần hai', startsAt: '2021-11-19T01:00:00Z' });
    expect(copy).toMatchObject({ id: 'n', title: 'Lần hai', number: '', hub: '08' });
    expect(copy.delegates).toEqual(plan.delegates);
  });
});

it('is rehearsed the day before, or soon', () => {
  const now = Date.parse('2021-10-18T00:50:00Z');
  expect(rehearsalTime('2021-10-19T01:00:00Z', now)).toBe('2021-10-18T01:00:00.000Z');
  expect(rehearsalTime('2021-10-18T08:00:00Z', now)).toBe('2021-10-18T02:00:00.000Z');
});

it('finds a point with all below it', () => {
  expect(subtree(plan.points, '070')).toEqual(['070', '02200']);
});

it('makes ids that can be read in an address and are not taken', () => {
  const title = 'Hội nghị triển khai Nghị quyết 76/NQ-CP của Đảng';
  expect(meetingIdOf(title, '2021-10-19T01:00:00Z', new Set())).toBe('2021-10-19-hoi-nghi-trien-khai-nghi-quyet');
  expect(meetingIdOf('Họp', '2021-10-19T01:00:00Z', new Set(['2021-10-19-hop']))).toBe('2021-10-19-hop-2');
  // At seven in the morning it is still the day before in UTC.
  expect(meetingIdOf('Họp', '2021-10-18T23:30:00Z', new Set())).toBe('2021-10-19-hop');
  expect(meetingIdOf('???', '2021-10-19T01:00:00Z', new Set())).toBe('2021-10-19');
});

describe('what is wrong with a plan', () => {
  const wrong = (...edits: PlanEdit[]) =>
    troublesOf(edited(...edits))
      .filter(({ grade }) => grade === 'wrong')
      .map(({ step, what }) => `${step}: ${what.is}`);

  it('is nothing when the server would take it', () => {
    expect(wrong()).toEqual([]);
    expect(troublesOf(plan).map(({ what }) => what.is)).toEqual(['noChair', 'emptyPoints']);
  });

  it('is told by step', () => {
    expect(wrong({ edit: 'facts', facts: { title: ' ', startsAt: '' } })).toEqual(['facts: noTitle', 'facts: noStart']);
    expect(wrong({ edit: 'point', id: '071', change: { name: '' } })).toEqual(['points: noPointName']);
    expect(wrong({ edit: 'delegate', id: 'a', change: { name: ' ' } })).toEqual(['delegates: noDelegateName']);
    expect(wrong({ edit: 'item', id: 1, change: { title: '', minutes: 1.5 } })).toEqual(['agenda: noItemTitle', 'agenda: badMinutes']);
    expect(wrong({ edit: 'item', id: 4, change: { documents: [{ title: 'NQ 76', link: 'javascript:1' }] } })).toEqual(['agenda: badLink']);
    expect(wrong({ edit: 'rules', rules: { lateAfterMinutes: Number.NaN, quorum: { of: 'units', percent: 0 } } })).toEqual([
      'rules: badLateness',
      'rules: badQuorum',
    ]);
  });

  it('knows links from what only looks like one', () => {
    for (const good of ['', 'https://x.vn/a?b', 'http://x', '/documents/1']) expect(isLink(good), good).toBe(true);
    for (const bad of ['x.vn', 'https://', 'javascript:1', '//x.vn', 'https://a b', 'ftp://x']) expect(isLink(bad), bad).toBe(false);
  });
});

it('makes an agenda of a template', () => {
  const agenda = agendaOf([['report', 'Báo cáo', 20], ['conclusion', 'Kết luận', 15]]);
  expect(agenda.map(({ id, minutes }) => [id, minutes])).toEqual([[1, 20], [2, 15]]);
});
