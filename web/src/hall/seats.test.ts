import { expect, it } from 'vitest';

import { changes, seatOrder } from './seats';
import { seat } from './testSeats';

it('seats stand in the order of a Vietnamese list, the host first', () => {
  const names = (list: ReturnType<typeof seat>[]) => list.sort(seatOrder).map(({ name }) => name);
  expect(
    names([
      seat('1', { name: 'Xã Đạo Viện', unit: 'Huyện Yên Sơn' }),
      seat('2', { name: 'Xã Ỷ La', unit: 'Huyện Yên Sơn' }),
      seat('3', { name: 'Xã Chân Sơn', unit: 'Huyện Yên Sơn' }),
      seat('4', { name: 'Xã Thượng Lâm', unit: 'Huyện Lâm Bình' }),
      seat('hub', { name: 'Tỉnh', unit: '' }),
    ]),
  ).toEqual(['Tỉnh', 'Xã Thượng Lâm', 'Xã Chân Sơn', 'Xã Đạo Viện', 'Xã Ỷ La']);
});

it('numbers in names count as numbers, and namesakes keep their order', () => {
  expect([seat('b', { name: 'Tổ 10' }), seat('a', { name: 'Tổ 2' })].sort(seatOrder).map((s) => s.name)).toEqual(['Tổ 2', 'Tổ 10']);
  expect([seat('b', { name: 'x' }), seat('a', { name: 'x' })].sort(seatOrder).map((s) => s.identity)).toEqual(['a', 'b']);
});

it('who came and who went leaves ourselves out', () => {
  const own = seat('own', { self: true });
  const difference = changes([seat('a'), seat('b')], [seat('b'), seat('c'), own]);
  expect(difference.joined.map((s) => s.identity)).toEqual(['c']);
  expect(difference.gone.map((s) => s.identity)).toEqual(['a']);
});
