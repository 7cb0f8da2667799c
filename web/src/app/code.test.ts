import { describe, expect, it } from 'vitest';

import { codeOfFragment, codeOfText, normaliseCode } from './code';

describe('a code', () => {
  it.each([
    ['ABCDE-23456', 'ABCDE-23456'],
    ['  abcde 23456 ', 'ABCDE-23456'],
    ['abcde23456', 'ABCDE-23456'],
    ['ABCDE–23456', 'ABCDE-23456'],
  ])('is read from %j as a person types it', (typed, code) => {
    expect(normaliseCode(typed)).toBe(code);
  });

  it.each(['', 'ABCDE', 'ABCDE-2345', 'ABCDE-234567', 'ABCDĐ-23456', '<b>-23456'])('is not %j', (typed) => {
    expect(normaliseCode(typed)).toBeNull();
  });

  it('is read from a QR code, with the link or without', () => {
    expect(codeOfText('https://hoinghi.example.vn/j#ABCDE-23456')).toBe('ABCDE-23456');
    expect(codeOfText('ABCDE-23456')).toBe('ABCDE-23456');
    expect(codeOfText('https://example.vn/menu')).toBeNull();
  });

  it('comes from the fragment of a link', () => {
    expect(codeOfFragment('#ABCDE-23456')).toBe('ABCDE-23456');
    expect(codeOfFragment('#abcde%2D23456')).toBe('ABCDE-23456');
    expect(codeOfFragment('')).toBeNull();
    expect(codeOfFragment('#%')).toBeNull();
  });
});
