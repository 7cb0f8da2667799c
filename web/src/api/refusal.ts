// Why something asked of the server did not happen.
import type { ImportProblem, Refusal as MeetingRefusal } from './schema';

export type Refusal =
  /** No answer came: the network, or the server is down. */
  | { kind: 'offline' }
  /** What was asked for is not wanted any more. */
  | { kind: 'aborted' }
  | { kind: 'tooMany'; retryAfterS: number; detail: string }
  /** There is no token, or none that is taken: sign in, or come by a link that works. */
  | { kind: 'signedOut'; detail: string }
  /** The server says no, and why, in the language of the page. */
  | { kind: 'problem'; status: number; name: string; title: string; detail: string; meeting: MeetingRefusal | null; file: FileFaults | null };

/** What is wrong with a file that was sent, row by row. */
export type FileFaults = Pick<ImportProblem, 'errors' | 'errorCount'>;

const DEFAULT_RETRY_AFTER_S = 30;
const MAX_RETRY_AFTER_S = 3600;
const NAME = 'urn:diemcau:problem:';

/** Reads an answer that is no success. Its body may come from a proxy in between and be anything. */
export function refusalOf(status: number, retryAfter: string | null, body: unknown): Refusal {
  const details = typeof body === 'object' && body !== null ? (body as Partial<ImportProblem> & { refusal?: unknown }) : {};
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const detail = text(details.detail);
  if (status === 429) return { kind: 'tooMany', retryAfterS: waitOf(retryAfter), detail };
  if (status === 401) return { kind: 'signedOut', detail };
  return {
    kind: 'problem',
    status,
    name: text(details.type).startsWith(NAME) ? text(details.type).slice(NAME.length) : '',
    title: text(details.title),
    detail,
    meeting: typeof details.refusal === 'string' ? (details as MeetingRefusal) : null,
    file: Array.isArray(details.errors) ? { errors: details.errors, errorCount: details.errorCount ?? details.errors.length } : null,
  };
}

/** Whether the same request may be answered otherwise in a moment. */
export const mayPass = (refusal: Refusal): boolean =>
  refusal.kind === 'offline' || refusal.kind === 'tooMany' || (refusal.kind === 'problem' && refusal.status >= 500);

function waitOf(retryAfter: string | null): number {
  const seconds = Number(retryAfter);
  const known = retryAfter !== null && Number.isFinite(seconds) && seconds > 0;
  return known ? Math.min(Math.ceil(seconds), MAX_RETRY_AFTER_S) : DEFAULT_RETRY_AFTER_S;
}
