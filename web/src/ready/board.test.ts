import { describe, expect, it } from 'vitest';

import type { LineView, Outline } from '../api/schema';
import { boardRows, filterBoard, levelsOf } from './board';
import { toCsv } from './csv';

const point = (id: string, parent: string | null, name: string, room = '') => ({ id, parent, name, level: '', room });
const outline = {
  hub: '08',
  points: [point('08', null, 'Tỉnh Tuyên Quang'), point('071', '08', 'Huyện Lâm Bình', 'Hội trường A'), point('072', '08', 'Huyện Na Hang'), point('073', '08', 'Huyện Chiêm Hóa')],
} as unknown as Outline;
const check = (of: string, change: object = {}) => ({ point: of, picture: true, sound: true, note: '', at: '2021-10-19T00:40:00Z', by: 'hub', measured: null, ...change });
const line = (place: string, change: object): LineView => ({ place, connected: true, devices: 1, since: '2021-10-19T00:30:00Z', check: null, ...change });
const seen = {
  phase: 'line-check' as const,
  removed: [],
  lines: [
    line('hub', {}),
    line('point:08', { connected: false, check: check('08') }),
    line('point:071', { check: check('071', { sound: false, picture: false }) }),
    line('point:072', { connected: false, downSince: '2021-10-19T00:50:00Z' }),
    line('point:073', {}),
  ] as LineView[],
  roll: { points: [] },
};

describe('the board', () => {
  const rows = boardRows(outline, seen);

  it('has what is red first, with every cause and since when', () => {
    expect(rows.map(({ point: { id }, level, causes, since }) => [id, level, causes, since])).toEqual([
      ['071', 'red', ['no-picture', 'no-sound'], '2021-10-19T00:40:00Z'],
      ['072', 'red', ['line-lost'], '2021-10-19T00:50:00Z'],
      ['073', 'amber', ['not-checked'], '2021-10-19T00:30:00Z'],
      ['08', 'green', [], '2021-10-19T00:30:00Z'],
    ]);
    expect(levelsOf(rows)).toEqual({ red: 2, amber: 1, green: 1, quiet: 0 });
  });

  it('is filtered and searched', () => {
    const ids = (...of: [Parameters<typeof filterBoard>[1], string]) => filterBoard(rows, ...of).map((row) => row.point.id);
    expect(ids('red', '')).toEqual(['071', '072']);
    expect(ids('all', 'hoi truong')).toEqual(['071']);
    expect(ids('green', 'lam binh')).toEqual([]);
  });
});

it('a table opens in a spreadsheet as it is, and holds no formula', () => {
  expect(toCsv([['Điểm cầu', 'Có mặt'], ['Xã "A", B', 3], ['=HYPERLINK("x")', null]])).toBe(
    '\uFEFFĐiểm cầu,Có mặt\r\n"Xã ""A"", B",3\r\n"\'=HYPERLINK(""x"")",\r\n',
  );
});
