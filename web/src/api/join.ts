// Exchanging an invitation's code for a token and the facts of the meeting.
import { deviceName } from '../app/device';
import { ask, connect, type Send } from './client';
import { mayPass, type Refusal } from './refusal';
import type { Joined } from './schema';

/** What the server says, made sure of, with the instant in the place of its text. */
export interface Admission extends Omit<Joined, 'meeting'> {
  meeting: { id: string; title: string; zone: string; startsAt: Date };
  /** When the token came, in milliseconds of `Date.now()`. */
  receivedAtMs: number;
}

/** Why a code opens nothing now. */
export type JoinRefusal =
  | { kind: 'unknown' }
  | { kind: 'tooMany'; retryAfterS: number }
  | { kind: 'offline' }
  | { kind: 'server' };

export type Exchange = { ok: true; admission: Admission } | { ok: false; refusal: JoinRefusal };

/** With its `device` name, this device comes back to its own seat. */
export async function exchangeCode(code: string, signal?: AbortSignal, device = deviceName(), send?: Send): Promise<Exchange> {
  const answer = await ask((until) => connect(null, send).POST('/api/v1/join', { body: { code, device }, signal: until }), signal);
  if (!answer.ok) return { ok: false, refusal: joinRefusalOf(answer.refusal) };
  const admission = admissionOf(answer.value, Date.now());
  return admission ? { ok: true, admission } : { ok: false, refusal: { kind: 'server' } };
}

export function joinRefusalOf(refusal: Refusal): JoinRefusal {
  switch (refusal.kind) {
    case 'tooMany':
      return { kind: 'tooMany', retryAfterS: refusal.retryAfterS };
    case 'offline':
    case 'aborted':
      return { kind: 'offline' };
    default:
      // Anything else in the 400s says that this code, as it is, opens nothing.
      return mayPass(refusal) ? { kind: 'server' } : { kind: 'unknown' };
  }
}

/** The server's answer with its instant read; null when a proxy in between answered something else in its place. */
export function admissionOf(joined: Joined, receivedAtMs: number): Admission | null {
  const starts = new Date(joined?.meeting?.startsAt ?? Number.NaN);
  if (!joined?.token || !joined.point?.id || Number.isNaN(starts.getTime())) return null;
  return { ...joined, meeting: { ...joined.meeting, startsAt: starts }, receivedAtMs };
}
