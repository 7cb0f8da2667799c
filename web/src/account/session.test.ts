import { describe, expect, it, vi } from 'vitest';

import { ask, type Send } from '../api/client';
import { AdministratorSession } from './session';

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const session = (token: string) => json({ token, name: 'quantri', expiresAt: '2021-10-19T01:10:00Z' });

/** A server by method and path; what is not there is a problem of its own. */
function server(answers: Record<string, () => Response>) {
  const seen: string[] = [];
  const send: Send = async (request) => {
    const line = `${request.method} ${new URL(request.url).pathname.replace('/api/v1', '')}`;
    seen.push(`${line} ${request.headers.get('authorization') ?? ''}`.trim());
    const answer = answers[line];
    if (!answer) throw new TypeError('offline');
    return answer();
  };
  return { administrator: new AdministratorSession(send, () => Date.parse('2021-10-19T01:00:00Z')), seen };
}

describe('an administrator', () => {
  it('is known again by the cookie', async () => {
    const { administrator, seen } = server({ 'POST /admin/session/token': () => session('a') });
    const heard = vi.fn();
    administrator.subscribe(heard);
    expect(administrator.snapshot()).toEqual({ is: 'unknown' });
    await administrator.resume();
    await administrator.resume();
    expect(administrator.snapshot()).toEqual({ is: 'administrator', name: 'quantri' });
    expect(heard).toHaveBeenCalledTimes(1);
    expect(seen).toHaveLength(1);
  });

  it('is nobody without a session, and unknown while no answer comes', async () => {
    const { administrator } = server({ 'POST /admin/session/token': () => json({}, 401) });
    await administrator.resume();
    expect(administrator.snapshot()).toEqual({ is: 'nobody' });

    const cut = server({});
    await expect(cut.administrator.resume()).rejects.toThrow();
    expect(cut.administrator.snapshot()).toEqual({ is: 'unknown' });
  });

  it('signs in, asks with the token, and signs out', async () => {
    const { administrator, seen } = server({
      'POST /admin/session': () => session('a'),
      'GET /administrators': () => json([]),
      'DELETE /admin/session': () => new Response(null, { status: 204 }),
      'POST /admin/session/token': () => json({}, 401),
    });
    expect((await administrator.signIn('quantri', 'p')).ok).toBe(true);
    const list = () => ask((signal) => administrator.api.GET('/api/v1/administrators', { signal }));
    expect((await list()).ok).toBe(true);
    await administrator.signOut();
    expect(administrator.snapshot()).toEqual({ is: 'nobody' });
    expect((await list()).ok).toBe(true);
    expect(seen).toEqual([
      'POST /admin/session',
      'GET /administrators Bearer a',
      'DELETE /admin/session',
      // Signed out, there is no token to go along.
      'POST /admin/session/token',
      'GET /administrators',
    ]);
  });

  it('stays whom it was when a password is refused', async () => {
    const { administrator } = server({ 'POST /admin/session': () => json({ type: 'urn:diemcau:problem:wrong-password' }, 403) });
    const answer = await administrator.signIn('quantri', 'wrong');
    expect(answer).toMatchObject({ ok: false, refusal: { kind: 'problem', name: 'wrong-password' } });
    expect(administrator.snapshot()).toEqual({ is: 'unknown' });
  });
});
