// The clerk's queue in the page: kept by the browser, sent one after the other whenever the server can be reached.
import { useCallback, useEffect, useRef, useState } from 'react';

import { ask, onlyOnce, randomKey } from '../api/client';
import { mayPass } from '../api/refusal';
import type { RollEntry } from '../api/schema';
import { useApi } from '../app/api';
import { readText, writeText } from '../app/storage';
import { isDoneAlready } from '../meeting/refusals';
import { drop, insist, nextOf, prune, put, readQueue, say, unsay, type Queue, type RollCommand } from './queue';

/** For so long a word can be taken back as if it had never been said. */
const GRACE_MS = 2_500;
const AGAIN_MS = 3_000;

export interface RollQueue {
  queue: Queue;
  /** The server cannot be reached. */
  isOffline: boolean;
  say: (command: RollCommand) => void;
  /** False when the word has gone out already. */
  unsay: (delegate: string) => boolean;
  insist: (key: string) => void;
  giveUp: (key: string) => void;
}

export function useRollQueue(meeting: string, self: string, roll: readonly RollEntry[], seq: number, isFresh: boolean): RollQueue {
  const api = useApi();
  const store = `diemcau.roll.${meeting}.${self}`;
  const [queue, setQueue] = useState<Queue>(() => readQueue(readText(store)));
  const [isOffline, setIsOffline] = useState(false);
  const sending = useRef<string | null>(null);
  const latest = useRef({ queue, roll, seq });
  latest.current = { queue, roll, seq };
  const [tick, setTick] = useState(0);

  const change = useCallback(
    (next: (queue: Queue) => Queue) => {
      const after = next(latest.current.queue);
      if (after === latest.current.queue) return;
      latest.current = { ...latest.current, queue: after };
      writeText(store, after.length === 0 ? null : JSON.stringify(after));
      setQueue(after);
    },
    [store],
  );

  useEffect(() => change((before) => prune(before, seq)), [seq, change]);

  useEffect(() => {
    // What stands on the server is not known: a word sent now might pass over somebody else's.
    if (!isFresh || sending.current !== null) return;
    const next = nextOf(queue, roll, self, Date.now());
    if (next.is === 'nothing') return;
    if (next.is === 'later') {
      const timer = setTimeout(() => setTick((n) => n + 1), next.atMs - Date.now());
      return () => clearTimeout(timer);
    }
    if (next.is === 'conflict') {
      change((before) => put(before, next.said.key, { is: 'conflict', theirs: next.theirs, by: next.by }));
      return;
    }
    const { key, command } = next.said;
    sending.current = key;
    void ask((signal) =>
      api.POST('/api/v1/meetings/{id}/commands', { params: { path: { id: meeting }, header: onlyOnce(key) }, body: command, signal }),
    ).then((answer) => {
      sending.current = null;
      if (answer.ok) {
        setIsOffline(false);
        const { lastSeq } = answer.value;
        // The live view may have been faster than the answer.
        change((before) => prune(put(before, key, { is: 'sent', seq: lastSeq }), latest.current.seq));
        return;
      }
      if (isDoneAlready(answer.refusal)) {
        setIsOffline(false);
        return change((before) => drop(before, key));
      }
      const { refusal } = answer;
      if (mayPass(refusal)) {
        setIsOffline(true);
        setTimeout(() => setTick((n) => n + 1), refusal.kind === 'tooMany' ? refusal.retryAfterS * 1000 : AGAIN_MS);
        return;
      }
      setIsOffline(false);
      change((before) => put(before, key, { is: 'refused', refusal }));
    });
  }, [api, meeting, self, queue, roll, isFresh, tick, change]);

  return {
    queue,
    isOffline: isOffline || !isFresh,
    say: (command) => {
      const stands = command.do === 'call-roll' ? latest.current.roll.find(({ id }) => id === command.delegate)?.standing : null;
      const nowMs = Date.now();
      const said = {
        key: randomKey(), command, atMs: nowMs, base: stands?.seq ?? null,
        standing: { is: 'waiting' as const, notBeforeMs: nowMs + (command.do === 'call-roll' ? GRACE_MS : 0) },
      };
      change((before) => say(before, said, sending.current));
    },
    unsay: (delegate) => {
      const before = latest.current.queue;
      change((all) => unsay(all, delegate, sending.current));
      return latest.current.queue !== before;
    },
    insist: (key) => change((before) => insist(before, key, latest.current.roll, Date.now())),
    giveUp: (key) => change((before) => drop(before, key)),
  };
}
