import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { Report } from '../api/schema';
import { report as english } from '../i18n/en/report';
import { report as vietnamese } from '../i18n/vi/report';
import { percent, type Cell, type Table } from './cell';
import { lengthText, wallOf } from './moment';
import {
  agendaTable, ballotsTable, correctionsTable, delegatesTable, ledgerTable, pointsTable, proxiesTable, requestsTable, turnsTable, unitsTable, votesTable,
} from './tables';
import { wordingOf } from './wording';

/** What the papers of the same small meeting say: they were drawn by other hands. */
const GOLDEN = '../src/papers/golden/';
const golden = (name: string) => readFileSync(GOLDEN + name, 'utf8');
const report = JSON.parse(golden('report.json')) as Report;
const inVietnamese = wordingOf(report, vietnamese, 'vi', () => undefined);
const inEnglish = wordingOf(report, english, 'en', () => undefined);

function csvText(cell: Cell): string {
  switch (cell.is) {
    case 'empty':
      return '';
    case 'text':
    case 'code':
    case 'below':
      return cell.text;
    case 'count':
      return String(cell.count);
    case 'moment': {
      const { date, time } = wallOf(cell.moment);
      return `${date} ${time}`;
    }
    case 'length':
      return lengthText(cell.ms);
    case 'share':
      return percent(cell.share);
  }
}

const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const line = (texts: string[]) => `${texts.map(quoted).join(',')}\n`;

/** The table as the paper would have it. */
function csv({ columns, rows }: Table): string {
  const ofTime = (index: number) => rows.some((row) => row.cells[index]?.is === 'moment');
  const head = columns.map((column, index) => (ofTime(index) ? `${column.head} (UTC+07:00)` : column.head));
  return `\uFEFF${line(head)}${rows.map((row) => line(row.cells.map(csvText))).join('')}`;
}

/** A column without an instant in it looks like any other here; its head tells. */
const withoutZone = (text: string) => text.replaceAll(' (UTC+07:00)', '');

describe('the tables on the screen say what the papers say', () => {
  it.each([
    ['units', unitsTable],
    ['points', pointsTable],
    ['delegates', delegatesTable],
    ['proxies', proxiesTable],
    ['agenda', agendaTable],
    ['floor', turnsTable],
    ['requests', requestsTable],
    ['votes', votesTable],
    ['ballots', ballotsTable],
    ['corrections', correctionsTable],
    ['ledger', ledgerTable],
  ])('%s', (name, table) => {
    expect(withoutZone(csv(table(inVietnamese)))).toBe(withoutZone(golden(`${name}.vi.csv`)));
  });

  it.each([
    ['points', pointsTable],
    ['delegates', delegatesTable],
  ])('%s in English', (name, table) => {
    expect(withoutZone(csv(table(inEnglish)))).toBe(withoutZone(golden(`${name}.en.csv`)));
  });

  it('adds up what can be added up', () => {
    const { rows, total = [] } = unitsTable(inVietnamese);
    const sum = (column: number) => rows.reduce((all, { cells }) => all + (cells[column]?.is === 'count' ? cells[column].count : 0), 0);
    for (const column of [3, 4, 6, 7, 8, 9, 10, 11, 12]) expect(total[column], String(column)).toEqual({ is: 'count', count: sum(column) });
  });

  it('calls points by their names also where an extract has no row of them', () => {
    const extract: Report = { ...report, points: [], units: [] };
    const outside = wordingOf(extract, vietnamese, 'vi', (id) => (id === '071' ? 'Huyện Lâm Bình' : undefined));
    expect([outside.place('point:071'), outside.point('072'), outside.place('secretary'), outside.actor('admin:lan')]).toEqual([
      'Điểm cầu Huyện Lâm Bình', '072', 'Thư ký (Hoàng Thị Lan)', 'Quản trị viên lan',
    ]);
  });
});
