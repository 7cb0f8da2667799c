// The server's interface, typed by its own description (`openapi.json`): a client that carries a token, renews it once when
// it is not taken, and turns whatever comes back into a value.
import createClient, { type Client } from 'openapi-fetch';

import { languageInForce } from '../i18n/language';
import { refusalOf, type Refusal } from './refusal';
import type { paths } from './schema';

export type Api = Client<paths>;

/** Where tokens come from. */
export interface Access {
  /** A token that is good for a while, null when there is none to be had. `rejected` is one that the server did not take. */
  token(rejected?: string): Promise<string | null>;
}

export type Answer<T> = { ok: true; value: T; etag: string | null } | { ok: false; refusal: Refusal };

export type Send = (request: Request) => Promise<Response>;

const TIMEOUT_MS = 20_000;

/** The interface, as the bearer of `access` may use it; without one, what strangers may. */
export function connect(access: Access | null, send: Send = (request) => fetch(request)): Api {
  return createClient<paths>({
    // A `Request` needs a whole address where there is no page around it.
    baseUrl: globalThis.location?.origin ?? 'http://localhost',
    fetch: (request) => sendAs(access, request, send),
    credentials: 'same-origin',
    cache: 'no-store',
  });
}

async function sendAs(access: Access | null, request: Request, send: Send): Promise<Response> {
  request.headers.set('accept-language', languageInForce());
  const token = (await access?.token()) ?? null;
  if (token === null) return send(request);
  // The body of a request can be read once.
  const again = request.clone();
  request.headers.set('authorization', `Bearer ${token}`);
  const response = await send(request);
  if (response.status !== 401) return response;
  const fresh = (await access?.token(token)) ?? null;
  if (fresh === null || fresh === token) return response;
  again.headers.set('authorization', `Bearer ${fresh}`);
  return send(again);
}

interface Sent<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * Asks, and waits for the answer for as long as one may be expected; never throws. The question gets a signal that ends
 * with `signal` or after that time: `ask((signal) => api.GET('/api/v1/me', { signal }))`.
 */
export async function ask<T>(question: (signal: AbortSignal) => Promise<Sent<T>>, signal?: AbortSignal): Promise<Answer<T>> {
  const abort = new AbortController();
  const end = () => abort.abort();
  const deadline = setTimeout(end, TIMEOUT_MS);
  signal?.addEventListener('abort', end);
  if (signal?.aborted) end();
  try {
    const { data, error, response } = await question(abort.signal);
    if (!response.ok) return { ok: false, refusal: refusalOf(response.status, response.headers.get('retry-after'), error) };
    return { ok: true, value: data as T, etag: response.headers.get('etag') };
  } catch {
    return { ok: false, refusal: { kind: signal?.aborted ? 'aborted' : 'offline' } };
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', end);
  }
}

/** The header that keeps a repeated request from being carried out twice. One key for each wish of a person. */
export const onlyOnce = (key: string = randomKey()) => ({ 'Idempotency-Key': key });

/** 128 random bits. (`crypto.randomUUID` is not there on pages without TLS.) */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
