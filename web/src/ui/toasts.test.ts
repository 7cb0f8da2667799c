import { expect, it, vi } from 'vitest';

import { dismissToast, subscribeToasts, tell, toasts } from './toasts';

it('shows the newest few, until each is dismissed', () => {
  const heard = vi.fn();
  const leave = subscribeToasts(heard);
  for (const words of ['a', 'b', 'c', 'd']) tell(words);
  expect(toasts().map(({ words }) => words)).toEqual(['b', 'c', 'd']);
  expect(heard).toHaveBeenCalledTimes(4);
  dismissToast(toasts()[1]?.id ?? 0);
  expect(toasts().map(({ words }) => words)).toEqual(['b', 'd']);
  leave();
});

it('leaves more time for what can be undone', () => {
  const undo = vi.fn();
  tell('gone', { undo });
  tell('saved');
  const [gone, saved] = toasts().slice(-2);
  expect(gone?.undo).toBe(undo);
  expect(gone?.lastsMs).toBeGreaterThan(saved?.lastsMs ?? Infinity);
});
