import { expect, it } from 'vitest';

import { extensionOf, queryOf } from './papers';

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
