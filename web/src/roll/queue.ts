// What a clerk says of the roll while the line may be down: kept in order, sent when it can be, once each; pure.
import type { Refusal } from '../api/refusal';
import type { Command, Presence, RollEntry } from '../api/schema';

/** What waits: a word of the roll, somebody who came unexpected, a proxy that is asked for. */
export type RollCommand = Extract<Command, { do: 'call-roll' | 'add-delegate' | 'request-proxy' }>;

export type Standing =
  /** Not sent before `notBeforeMs`: until then it can be taken back as if it had never been said. */
  | { is: 'waiting'; notBeforeMs: number }
  /** It is in the ledger, by the event `seq`; this page has yet to see it. */
  | { is: 'sent'; seq: number }
  /** Somebody else said something else of the delegate meanwhile: the clerk decides. */
  | { is: 'conflict'; theirs: Presence; by: string }
  | { is: 'refused'; refusal: Refusal };

export interface Said {
  /** The idempotency key: however often it is sent, it is carried out once. */
  key: string;
  command: RollCommand;
  /** When it was said, in ms of this machine. */
  atMs: number;
  /** The number of the event that stood for the delegate then; null for none. */
  base: number | null;
  standing: Standing;
}

export type Queue = readonly Said[];

/** It may still be replaced or taken back. */
const isHere = (said: Said, sending: string | null) => said.key !== sending && said.standing.is !== 'sent';

const delegateOf = (command: RollCommand): string | null => (command.do === 'call-roll' ? command.delegate : null);

/** Says something more. A word of the same delegate that waits yet is replaced: the last one holds. */
export function say(queue: Queue, said: Said, sending: string | null): Queue {
  const delegate = delegateOf(said.command);
  const replaced = delegate === null ? undefined : queue.find((one) => isHere(one, sending) && delegateOf(one.command) === delegate);
  if (!replaced) return [...queue, said];
  // What stood before the first word of the two is what a conflict is seen by.
  return queue.map((one) => (one === replaced ? { ...said, base: replaced.base } : one));
}

/** Takes the last word of a delegate back, if it has not gone out yet; the same queue when there is none. */
export function unsay(queue: Queue, delegate: string, sending: string | null): Queue {
  const last = queue.findLast((one) => isHere(one, sending) && delegateOf(one.command) === delegate);
  return last ? queue.filter((one) => one !== last) : queue;
}

export const drop = (queue: Queue, key: string): Queue => queue.filter((said) => said.key !== key);

/** Without what the page has seen by the event `seq`. */
export function prune(queue: Queue, seq: number): Queue {
  const rest = queue.filter(({ standing }) => standing.is !== 'sent' || standing.seq > seq);
  return rest.length === queue.length ? queue : rest;
}

export function put(queue: Queue, key: string, standing: Standing): Queue {
  return queue.map((said) => (said.key === key ? { ...said, standing } : said));
}

/** The clerk's own word against what stands now. */
export function insist(queue: Queue, key: string, roll: readonly RollEntry[], nowMs: number): Queue {
  return queue.map((said) => {
    if (said.key !== key) return said;
    const stands = standingOf(roll, said.command);
    return { ...said, base: stands?.seq ?? null, standing: { is: 'waiting', notBeforeMs: nowMs } };
  });
}

export type Next =
  | { is: 'nothing' }
  /** Nothing before that time. */
  | { is: 'later'; atMs: number }
  | { is: 'send'; said: Said }
  | { is: 'conflict'; said: Said; theirs: Presence; by: string };

/** What is to be done next, the roll being as it was last seen. `self` is the place of whoever uses this page. */
export function nextOf(queue: Queue, roll: readonly RollEntry[], self: string, nowMs: number): Next {
  let earliest: number | null = null;
  for (const said of queue) {
    if (said.standing.is !== 'waiting') continue;
    const { notBeforeMs } = said.standing;
    if (notBeforeMs > nowMs) {
      earliest = Math.min(earliest ?? notBeforeMs, notBeforeMs);
      continue;
    }
    const stands = standingOf(roll, said.command);
    const isOther = stands && stands.seq !== said.base && stands.by !== self;
    if (isOther && said.command.do === 'call-roll' && stands.presence.is !== said.command.presence.is) {
      return { is: 'conflict', said, theirs: stands.presence, by: stands.by };
    }
    return { is: 'send', said };
  }
  return earliest === null ? { is: 'nothing' } : { is: 'later', atMs: earliest };
}

const standingOf = (roll: readonly RollEntry[], command: RollCommand) =>
  command.do === 'call-roll' ? roll.find(({ id }) => id === command.delegate)?.standing : null;

/** A delegate with the clerk's last word, whether it has arrived or not. */
export interface Shown {
  entry: RollEntry;
  presence: Presence | null;
  /** Not in the ledger yet. */
  pending: boolean;
}

export function shownOf(roll: readonly RollEntry[], queue: Queue): Shown[] {
  const said = new Map<string, { presence: Presence; pending: boolean }>();
  for (const { command, standing } of queue) {
    if (command.do !== 'call-roll' || (standing.is !== 'waiting' && standing.is !== 'sent')) continue;
    said.set(command.delegate, { presence: command.presence, pending: standing.is === 'waiting' });
  }
  return roll.map((entry) => ({ entry, presence: entry.standing?.presence ?? null, pending: false, ...said.get(entry.id) }));
}

export interface Heads {
  expected: number;
  here: number;
  excused: number;
  absent: number;
  left: number;
  unconfirmed: number;
}

/** What a clerk sees of the own room; what counts is the server's. */
export function headsOf(shown: readonly Shown[]): Heads {
  const heads: Heads = { expected: 0, here: 0, excused: 0, absent: 0, left: 0, unconfirmed: 0 };
  for (const { entry, presence } of shown) {
    if (entry.expected) heads.expected += 1;
    if (presence === null) heads.unconfirmed += entry.expected ? 1 : 0;
    else if (presence.is === 'present' || presence.is === 'proxy') heads.here += 1;
    else heads[presence.is] += 1;
  }
  return heads;
}

/** The queue as it was kept by the browser; what is not one is left out. */
export function readQueue(text: string | null): Queue {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter(isSaid) : [];
  } catch {
    return [];
  }
}

function isSaid(value: unknown): value is Said {
  const said = value as Partial<Said> | null;
  return (
    typeof said?.key === 'string' &&
    typeof said.atMs === 'number' &&
    ['call-roll', 'add-delegate', 'request-proxy'].includes(said.command?.do ?? '') &&
    ['waiting', 'sent', 'conflict', 'refused'].includes(said.standing?.is ?? '')
  );
}
