// Exchanging an invitation's code for a token and the facts of the meeting.

export type Role = 'host' | 'point';

export interface Admission {
  token: string;
  identity: string;
  role: Role;
  meeting: { id: string; title: string; zone: string; startsAt: Date };
  point: { id: string; name: string; level: string; room: string; path: string[] };
  /** When the token came, in milliseconds of `Date.now()`. */
  receivedAtMs: number;
  /** The server runs in development mode: tests may look inside. */
  dev: boolean;
}

export type Refusal =
  | { kind: 'unknown' }
  | { kind: 'tooMany'; retryAfterS: number }
  | { kind: 'offline' }
  | { kind: 'server' };

export type Exchange = { ok: true; admission: Admission } | { ok: false; refusal: Refusal };

const DEFAULT_RETRY_AFTER_S = 30;
const MAX_RETRY_AFTER_S = 3600;
const TIMEOUT_MS = 15_000;

export async function exchangeCode(code: string, signal?: AbortSignal): Promise<Exchange> {
  const abort = new AbortController();
  const end = () => abort.abort();
  const deadline = setTimeout(end, TIMEOUT_MS);
  signal?.addEventListener('abort', end);
  let response: Response;
  try {
    response = await fetch('/api/v1/join', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ code }),
      credentials: 'omit',
      cache: 'no-store',
      signal: abort.signal,
    });
  } catch {
    return { ok: false, refusal: { kind: 'offline' } };
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', end);
  }
  if (!response.ok) {
    return { ok: false, refusal: refusalOf(response.status, response.headers.get('retry-after')) };
  }
  const admission = parseAdmission(await response.json().catch(() => null), Date.now());
  return admission ? { ok: true, admission } : { ok: false, refusal: { kind: 'server' } };
}

export function refusalOf(status: number, retryAfter: string | null): Refusal {
  if (status === 429) {
    const seconds = Number(retryAfter);
    const known = retryAfter !== null && Number.isFinite(seconds) && seconds > 0;
    return { kind: 'tooMany', retryAfterS: known ? Math.min(Math.ceil(seconds), MAX_RETRY_AFTER_S) : DEFAULT_RETRY_AFTER_S };
  }
  // Anything else in the 400s says that this code, as it is, opens nothing.
  return status >= 400 && status < 500 ? { kind: 'unknown' } : { kind: 'server' };
}

/** The server's answer, checked field by field; null when it is not what the interface promises. */
export function parseAdmission(body: unknown, receivedAtMs: number): Admission | null {
  const { token, identity, role, meeting, point, dev } = fields(body);
  const { id, title, zone, startsAt } = fields(meeting);
  const { id: pointId, name, level, room, path } = fields(point);
  const starts = new Date(typeof startsAt === 'string' ? startsAt : Number.NaN);
  if (
    !isText(token) ||
    !isText(identity) ||
    (role !== 'host' && role !== 'point') ||
    !isText(id) ||
    typeof title !== 'string' ||
    !isText(zone) ||
    Number.isNaN(starts.getTime()) ||
    !isText(pointId) ||
    !isText(name) ||
    typeof level !== 'string' ||
    typeof room !== 'string' ||
    !Array.isArray(path) ||
    !path.every((part) => typeof part === 'string')
  ) {
    return null;
  }
  return {
    token,
    identity,
    role,
    meeting: { id, title, zone, startsAt: starts },
    point: { id: pointId, name, level, room, path },
    receivedAtMs,
    dev: dev === true,
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
