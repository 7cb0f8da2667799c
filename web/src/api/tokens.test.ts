import { expect, it } from 'vitest';

import { endsAtMs, TokenKeeper, type Token } from './tokens';

const MINUTE = 60_000;

function keeper(given: (Token | null)[], first: Token | null, clock = { now: 0 }) {
  const asked = { times: 0 };
  const renew = () => (asked.times++, Promise.resolve(given.shift() ?? null));
  return { keeper: new TokenKeeper(renew, first, () => clock.now), asked, clock };
}

it('uses a token until shortly before its end', async () => {
  const { keeper: tokens, asked, clock } = keeper([{ token: 'b', endsAtMs: 20 * MINUTE }], { token: 'a', endsAtMs: 10 * MINUTE });
  expect(await tokens.token()).toBe('a');
  clock.now = 8 * MINUTE;
  expect(await tokens.token()).toBe('a');
  clock.now = 9.5 * MINUTE;
  expect(await tokens.token()).toBe('b');
  expect(asked.times).toBe(1);
});

it('renews once for all who ask meanwhile, and when the server does not take the token', async () => {
  const { keeper: tokens, asked } = keeper([{ token: 'b', endsAtMs: 10 * MINUTE }], { token: 'a', endsAtMs: 10 * MINUTE });
  expect(await Promise.all([tokens.token('a'), tokens.token('a')])).toEqual(['b', 'b']);
  expect(asked.times).toBe(1);
  expect(await tokens.token('a')).toBe('b');
  expect(asked.times).toBe(1);
});

it('tries again after a renewal that failed', async () => {
  let fails = true;
  const tokens = new TokenKeeper(
    () => (fails ? Promise.reject(new TypeError('offline')) : Promise.resolve({ token: 'a', endsAtMs: 10 * MINUTE })),
    null,
    () => 0,
  );
  await expect(tokens.token()).rejects.toThrow('offline');
  fails = false;
  expect(await tokens.token()).toBe('a');
});

it('does not take a token for ended because this clock is wrong', () => {
  const now = Date.parse('2021-10-19T08:00:00Z');
  expect(endsAtMs('2021-10-19T08:10:00Z', now)).toBe(now + 10 * MINUTE);
  expect(endsAtMs('2021-10-19T01:10:00Z', now)).toBe(now + 3 * MINUTE);
  expect(endsAtMs('junk', now)).toBe(now + 3 * MINUTE);
});
