import { expect, it } from 'vitest';

import { unreadOf } from './unread';

it('what others wrote since the last look is unread, and nothing of our own', () => {
  const said = (seq: number, by: string) => ({ seq, by, at: '2021-10-19T01:00:00Z', text: 'Xin chào', announced: false });
  expect(unreadOf([said(4, 'hub'), said(7, 'point:071'), said(9, 'hub'), said(12, 'chair')], 4, 'point:071')).toBe(2);
});
