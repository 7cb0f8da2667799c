import { describe, expect, it } from 'vitest';

import { treeOf, type UnitNode } from '../units';
import { merged, NOTHING_PICKED, pickOf, tick, ticksOf, type Pick } from './pick';
import { wholePlan } from './plan';

const unit = (id: string, parent: string | null) => ({ id, parent, name: id, level: '', delegates: 0, retired: false });
const tree = treeOf([unit('t', null), unit('h1', 't'), unit('x1', 'h1'), unit('x2', 'h1'), unit('h2', 't'), unit('x3', 'h2')]);

const walk = (...steps: [string, boolean][]): Pick => steps.reduce((pick, [id, on]) => tick(tree, pick, id, on), NOTHING_PICKED);
/** The units that take part, as the server reads roots and exclusions. */
const part = ({ roots, exclude }: Pick): string => {
  const visit = ({ id, children }: UnitNode, inherited: boolean): string[] => {
    const on = roots.has(id) || (inherited && !exclude.has(id));
    return [...(on ? [id] : []), ...children.flatMap((child) => visit(child, on))];
  };
  return tree.flatMap((root) => visit(root, false)).join(' ');
};

describe('a tick', () => {
  it('counts for everything below it', () => {
    expect(part(walk(['t', true]))).toBe('t h1 x1 x2 h2 x3');
    expect(part(walk(['h1', true]))).toBe('h1 x1 x2');
  });

  it('can be taken away below, and set again below that', () => {
    const pick = walk(['t', true], ['h1', false], ['x2', true]);
    expect(part(pick)).toBe('t x2 h2 x3');
    expect({ roots: [...pick.roots], exclude: [...pick.exclude] }).toEqual({ roots: ['t', 'x2'], exclude: ['h1'] });
    expect(Object.fromEntries(ticksOf(tree, pick))).toEqual({ t: 'partly', h1: 'partly', x1: 'off', x2: 'on', h2: 'on', x3: 'on' });
  });

  it('leaves no marks that say nothing', () => {
    const pick = walk(['x1', true], ['h1', true], ['t', true], ['h1', false], ['h1', true]);
    expect({ roots: [...pick.roots], exclude: [...pick.exclude] }).toEqual({ roots: ['t'], exclude: [] });
    expect(walk(['t', true], ['t', false])).toEqual(NOTHING_PICKED);
  });

  it('is found again for any choice of units', () => {
    for (const wanted of [['t', 'x1', 'h2'], [], ['x3'], ['t', 'h1', 'x1', 'x2', 'h2', 'x3']]) {
      expect(part(pickOf(tree, new Set(wanted)))).toBe(wanted.join(' '));
    }
  });
});

it('keeps what was put right by hand', () => {
  const point = (id: string, room: string, name = id) => ({ id, parent: null, level: '', name, room });
  const delegate = (id: string, at: string, name = id) => ({ id, name, title: '', unit: at, point: at });
  const plan = wholePlan({
    id: 'm', title: 'm', startsAt: '2021-10-19T01:00:00Z', hub: 't',
    points: [point('t', 'Hội trường B'), point('h1', '', 'Huyện Một'), point('gone', '')],
    delegates: [delegate('a', 't', 'Đã sửa'), delegate('by-hand', 'h1'), delegate('b', 'gone'), delegate('lost', 'gone')],
  });
  const { points, delegates } = merged(plan, {
    points: [point('t', 'Hội trường'), point('h1', 'Phòng 1'), point('h2', 'Phòng 2')],
    delegates: [delegate('a', 't'), delegate('b', 'h2'), delegate('c', 'h1')],
  });
  expect(points.map(({ name, room }) => `${name}: ${room}`)).toEqual(['t: Hội trường B', 'Huyện Một: Phòng 1', 'h2: Phòng 2']);
  expect(delegates.map(({ id, name, point: at }) => `${id} ${name} ${at}`)).toEqual(['a Đã sửa t', 'b b h2', 'c c h1', 'by-hand by-hand h1']);
});
