import { expect, it } from 'vitest';

import { changes, directed, seatOrder } from './seats';
import { seat } from './testSeats';

const names = (list: ReturnType<typeof seat>[]) => list.sort(seatOrder).map(({ name }) => name);

it('seats stand as in the directory, the host first', () => {
  expect(
    names([
      seat('1', { point: '02251', name: 'Xã Khuôn Hà' }),
      seat('2', { point: '072', name: 'Huyện Na Hang' }),
      seat('3', { point: '02233', name: 'Xã Phúc Yên' }),
      seat('4', { point: '071', name: 'Huyện Lâm Bình' }),
      seat('hub', { point: '08', name: 'Tỉnh Tuyên Quang' }),
    ]),
  ).toEqual(['Tỉnh Tuyên Quang', 'Huyện Lâm Bình', 'Huyện Na Hang', 'Xã Phúc Yên', 'Xã Khuôn Hà']);
});

it('without codes, names stand in the order of a Vietnamese list, and namesakes keep theirs', () => {
  expect(names([seat('1', { name: 'Xã Đạo Viện' }), seat('2', { name: 'Xã Ỷ La' }), seat('3', { name: 'Xã Chân Sơn' })])).toEqual([
    'Xã Chân Sơn',
    'Xã Đạo Viện',
    'Xã Ỷ La',
  ]);
  expect([seat('b', { name: 'x' }), seat('a', { name: 'x' })].sort(seatOrder).map((s) => s.identity)).toEqual(['a', 'b']);
});

it('who came and who went leaves ourselves out', () => {
  const own = seat('own', { self: true });
  const difference = changes([seat('a'), seat('b')], [seat('b'), seat('c'), own]);
  expect(difference.joined.map((s) => s.identity)).toEqual(['c']);
  expect(difference.gone.map((s) => s.identity)).toEqual(['a']);
});

it('seats stand as the chair directs, also with a second device, and officers go by their own names', () => {
  const seats = directed(
    [seat('hub'), seat('chair', { host: true, name: 'Tỉnh Tuyên Quang' }), seat('point:071'), seat('point:072~2')],
    { presiding: 'chair', spotlight: 'point:072', floor: 'point:071' },
    (place) => `tên của ${place}`,
  );
  expect(seats.map(({ name, presides, hasFloor, spotlit }) => [name, presides, hasFloor, spotlit])).toEqual([
    ['hub', false, false, false],
    ['tên của chair', true, false, false],
    ['point:071', false, true, false],
    ['point:072~2', false, false, true],
  ]);
});
