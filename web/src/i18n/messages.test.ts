import { expect, it } from 'vitest';

import { en } from './en';
import { vi as vietnamese } from './vi';

/** Paths of all messages; a function stands for its text. */
function paths(value: unknown, at = ''): string[] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => paths(inner, `${at}.${key}`))
    : [`${at}:${typeof value}`];
}

it('says everything in both languages', () => {
  expect(paths(en)).toEqual(paths(vietnamese));
});

it('leaves nothing unsaid', () => {
  for (const messages of [vietnamese, en]) {
    const empty = JSON.stringify(messages, (_, value: unknown) => (value === '' ? 'EMPTY' : value));
    expect(empty).not.toContain('EMPTY');
  }
});
