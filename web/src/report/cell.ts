// A cell of a table as the papers know it: still a number, an instant, a length, until it is shown; pure.
import type { Moment } from '../api/schema';
import { clockText, lengthText, type Clock } from './moment';

export type Cell =
  | { is: 'empty' }
  | { is: 'text'; text: string }
  /** A text that only looks like a number. */
  | { is: 'code'; text: string }
  /** The name of something in a tree, and how many stand above it. */
  | { is: 'below'; text: string; depth: number }
  | { is: 'count'; count: number }
  | { is: 'moment'; moment: Moment }
  | { is: 'length'; ms: number }
  /** 1 is all. */
  | { is: 'share'; share: number };

const EMPTY: Cell = { is: 'empty' };

export const text = (value: string | null | undefined): Cell => (value ? { is: 'text', text: value } : EMPTY);
export const code = (value: string): Cell => ({ is: 'code', text: value });
export const below = (value: string, depth: number): Cell => ({ is: 'below', text: value, depth });
export const count = (value: number | null | undefined): Cell => (value == null ? EMPTY : { is: 'count', count: value });
export const moment = (value: Moment | null | undefined): Cell => (value == null ? EMPTY : { is: 'moment', moment: value });
export const length = (ms: number | null | undefined): Cell => (ms == null ? EMPTY : { is: 'length', ms });
/** Of nothing there is no share. */
export const share = (part: number | null | undefined, of: number | null | undefined): Cell =>
  part == null || of == null || of === 0 ? EMPTY : { is: 'share', share: part / of };

/** Whole percents, cut off: only all of them are 100%. */
export const percent = (of: number): string => `${Math.floor(of * 100 + 1e-9)}%`;

export function cellText(cell: Cell, clock: Clock): string {
  switch (cell.is) {
    case 'empty':
      return '';
    case 'text':
    case 'code':
    case 'below':
      return cell.text;
    case 'count':
      return cell.count.toLocaleString(clock.language === 'en' ? 'en-GB' : 'vi-VN');
    case 'moment':
      return clockText(cell.moment, clock);
    case 'length':
      return lengthText(cell.ms);
    case 'share':
      return percent(cell.share);
  }
}

/** Cells that stand at the right, digit below digit. */
export const isNumber = ({ is }: Cell): boolean => is === 'count' || is === 'length' || is === 'share';

export interface Column {
  key: string;
  head: string;
  /** Names its row for those who hear the table. */
  isHead?: boolean;
}

export interface Row {
  id: string;
  readonly cells: Cell[];
}

/** A row of a long table: its cells are made when it is shown. */
export function rowOf(id: string, make: () => Cell[]): Row {
  let cells: Cell[] | null = null;
  return {
    id,
    get cells() {
      return (cells ??= make());
    },
  };
}

/** Without some columns: those in which nobody has anything take room from the others. */
export function withoutColumns({ columns, rows, ...rest }: Table, keys: ReadonlySet<string>): Table {
  const isKept = (_: unknown, index: number) => !keys.has(columns[index]?.key ?? '');
  return { ...rest, columns: columns.filter(isKept), rows: rows.map((row) => rowOf(row.id, () => row.cells.filter(isKept))) };
}

export interface Table {
  columns: Column[];
  rows: Row[];
  /** What the rows add up to. */
  total?: Cell[];
}
