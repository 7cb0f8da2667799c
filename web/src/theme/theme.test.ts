import { expect, it } from 'vitest';

import { lookOf } from './theme';

const plain = { dark: false, contrast: false };
const night = { dark: true, contrast: false };

it('looks as the device wishes, unless the person says otherwise', () => {
  expect(lookOf('system', plain)).toEqual({ theme: 'light', contrast: 'normal' });
  expect(lookOf('system', night)).toEqual({ theme: 'dark', contrast: 'normal' });
  expect(lookOf('light', night)).toEqual({ theme: 'light', contrast: 'normal' });
  expect(lookOf('dark', plain)).toEqual({ theme: 'dark', contrast: 'normal' });
});

it('has its high contrast by day and by night, and never takes it from a device that wants it', () => {
  expect(lookOf('contrast', plain)).toEqual({ theme: 'light', contrast: 'more' });
  expect(lookOf('contrast', night)).toEqual({ theme: 'dark', contrast: 'more' });
  expect(lookOf('light', { dark: true, contrast: true })).toEqual({ theme: 'light', contrast: 'more' });
});
