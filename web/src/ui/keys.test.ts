import { expect, it } from 'vitest';

import { plainKey } from './keys';

const press = { key: 'm', modified: false, repeated: false, typing: false };

it('single keys are shortcuts, in either case', () => {
  expect(plainKey(press)).toBe('m');
  expect(plainKey({ ...press, key: 'V' })).toBe('v');
  expect(plainKey({ ...press, key: 'PageDown' })).toBe('pagedown');
});

it('keys meant for something else are none', () => {
  expect(plainKey({ ...press, modified: true })).toBeNull();
  expect(plainKey({ ...press, typing: true })).toBeNull();
  expect(plainKey({ ...press, repeated: true })).toBeNull();
});
