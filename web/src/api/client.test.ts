import { describe, expect, it } from 'vitest';

import { ask, connect, onlyOnce, type Access, type Send } from './client';

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

/** A server that answers in order, and the requests that came. */
function server(...answers: Response[]): { send: Send; seen: Request[] } {
  const seen: Request[] = [];
  const send: Send = (request) => {
    seen.push(request);
    const answer = answers.shift();
    return answer ? Promise.resolve(answer) : Promise.reject(new TypeError('no answer'));
  };
  return { send, seen };
}

/** Gives out one token after the other. */
function tokens(...given: (string | null)[]): Access & { rejected: (string | undefined)[] } {
  const rejected: (string | undefined)[] = [];
  return { rejected, token: (why) => (rejected.push(why), Promise.resolve(given.shift() ?? null)) };
}

const me = { actor: 'hub', role: 'host', expiresAt: '2021-10-19T01:00:00Z' };
const getMe = (access: Access | null, send: Send) => ask((signal) => connect(access, send).GET('/api/v1/me', { signal }));

describe('the client', () => {
  it('carries the token and the language, and reads the ETag', async () => {
    const { send, seen } = server(json(me, 200, { etag: '"7"' }));
    expect(await getMe(tokens('one'), send)).toEqual({ ok: true, value: me, etag: '"7"' });
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer one');
    expect(seen[0]?.headers.get('accept-language')).toBe('vi');
  });

  it('tries once more with a fresh token when the first is not taken, with the same body and key', async () => {
    const { send, seen } = server(json({}, 401), json({ firstSeq: 1, lastSeq: 1, recorded: true }));
    const access = tokens('old', 'new');
    const answer = await ask((signal) =>
      connect(access, send).POST('/api/v1/meetings/{id}/commands', {
        params: { path: { id: 'hội nghị/1' }, header: onlyOnce('k') },
        body: { do: 'open' },
        signal,
      }),
    );
    expect(answer.ok).toBe(true);
    expect(access.rejected).toEqual([undefined, 'old']);
    expect(seen.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer old', 'Bearer new']);
    expect(seen.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['k', 'k']);
    expect(await seen[1]?.json()).toEqual({ do: 'open' });
    expect(new URL(seen[1]?.url ?? '').pathname).toBe('/api/v1/meetings/h%E1%BB%99i%20ngh%E1%BB%8B%2F1/commands');
  });

  it('says that nobody is signed in when there is no other token', async () => {
    const { send, seen } = server(json({ detail: 'Hãy vào lại.' }, 401));
    expect(await getMe(tokens('old'), send)).toEqual({ ok: false, refusal: { kind: 'signedOut', detail: 'Hãy vào lại.' } });
    expect(seen).toHaveLength(1);
  });

  it('says that no answer came, and tells that from a request that was called off', async () => {
    expect(await getMe(null, server().send)).toEqual({ ok: false, refusal: { kind: 'offline' } });
    const abort = new AbortController();
    abort.abort();
    const answer = await ask(() => Promise.reject(new DOMException('', 'AbortError')), abort.signal);
    expect(answer).toEqual({ ok: false, refusal: { kind: 'aborted' } });
  });
});
