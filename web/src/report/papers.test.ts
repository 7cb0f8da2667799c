import { expect, it } from 'vitest';

import { extensionOf, offersOf, queryOf } from './papers';

it('a paper is asked for as it is wanted', () => {
  expect(queryOf({ format: 'xlsx', lang: 'en', sign: false })).toEqual({ lang: 'en' });
  expect(queryOf({ format: 'csv', table: 'units', lang: 'vi', sign: true })).toEqual({ lang: 'vi', table: 'units', sign: true });
});

it('the ledger is asked for without what it would refuse', () => {
  expect(queryOf({ format: 'ledger', lang: 'en', sign: true })).toEqual({});
});

it('what is signed comes with its signature in one ZIP file', () => {
  expect(extensionOf({ extension: 'xlsx' }, { sign: true })).toBe('zip');
  expect(extensionOf({ extension: 'zip' }, { table: 'units', sign: false })).toBe('csv');
  expect(extensionOf({ extension: 'xlsx' }, { sign: false })).toBe('xlsx');
});

it('each printed paper is offered by itself, and any other format as one', () => {
  const info = { mediaType: 'application/pdf', extension: 'pdf', tables: [] };
  const printed = [{ paper: 'attendance' as const, title: 'Danh sách' }, { paper: 'minutes' as const, title: 'Biên bản' }];
  const offers = offersOf([
    { ...info, format: 'json', title: 'Số liệu', printed: [] },
    { ...info, format: 'pdf', title: 'Biên bản', printed },
  ]);
  expect(offers.map(({ key, title }) => [key, title])).toEqual([['json', 'Số liệu'], ['pdf/attendance', 'Danh sách'], ['pdf/minutes', 'Biên bản']]);
  expect(queryOf({ format: 'pdf', paper: 'minutes', lang: 'vi', sign: false })).toEqual({ lang: 'vi', paper: 'minutes' });
});
