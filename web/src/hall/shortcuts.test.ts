import { expect, it } from 'vitest';

import { shortcutOf } from './shortcuts';

const press = { key: 'm', modified: false, repeated: false, typing: false };

it('single keys switch things, in either case', () => {
  expect(shortcutOf(press)).toBe('microphone');
  expect(shortcutOf({ ...press, key: 'V' })).toBe('camera');
  expect(shortcutOf({ ...press, key: 'PageDown' })).toBe('nextPage');
  expect(shortcutOf({ ...press, key: '?' })).toBe('list');
});

it('keys meant for something else do nothing', () => {
  expect(shortcutOf({ ...press, modified: true })).toBeNull();
  expect(shortcutOf({ ...press, typing: true })).toBeNull();
  expect(shortcutOf({ ...press, repeated: true })).toBeNull();
  expect(shortcutOf({ ...press, key: 'x' })).toBeNull();
  expect(shortcutOf({ ...press, key: 'constructor' })).toBeNull();
});
