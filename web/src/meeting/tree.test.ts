import { expect, it } from 'vitest';

import { inTree, matcher, plain } from './tree';

const point = (id: string, parent: string | null) => ({ id, parent, name: id, level: '', room: '' });

it('points stand below their units, in the order of the list', () => {
  const points = [point('a', null), point('b', 'a'), point('c', 'a'), point('d', 'b'), point('lost', 'nowhere')];
  expect(inTree(points).map(({ point: { id }, depth }) => [id, depth])).toEqual([['a', 0], ['b', 1], ['d', 2], ['c', 1], ['lost', 0]]);
});

it('names are found without marks', () => {
  expect(plain(' Đài Thị ')).toBe('dai thi');
  expect(plain('Tuyên Quang')).toBe('tuyen quang');
});

it('a search finds what has all its words, in any order', () => {
  const matches = matcher('binh  LÂM');
  expect(matches('Huyện Lâm Bình')).toBe(true);
  expect(matches('Huyện', 'Bình', 'Xã Lâm')).toBe(true);
  expect(matches('Xã Bình An')).toBe(false);
  expect(matcher(' ')('anything')).toBe(true);
});
