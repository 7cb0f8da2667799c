// The line check in the page: run on request, told to the hub, remembered for the next time.
import { useCallback, useEffect, useRef, useState } from 'react';

import { ask } from '../api/client';
import type { Refusal } from '../api/refusal';
import { useApi } from '../app/api';
import { readText, writeText } from '../app/storage';
import type { Finding, Quality } from './measure';

export type LineCheck =
  | { is: 'idle' }
  | { is: 'running'; share: number }
  | { is: 'done'; finding: Finding; reported: boolean }
  | { is: 'failed'; at: 'signalling' | 'media' | Refusal };

/** How the last check came out. */
export interface LastCheck {
  atMs: number;
  quality: Quality;
}

interface Subject {
  meeting: string;
  /** The point whose line it is; null for who has no room of their own. */
  point: string | null;
  /** The preview's tracks, where they are on. */
  camera: MediaStreamTrack | null;
  microphone: MediaStreamTrack | null;
}

export interface LineChecker {
  check: LineCheck;
  last: LastCheck | null;
  run: () => void;
}

export function useLineCheck({ meeting, point, camera, microphone }: Subject): LineChecker {
  const api = useApi();
  const store = `diemcau.lineCheck.${meeting}`;
  const [check, setCheck] = useState<LineCheck>({ is: 'idle' });
  const [last, setLast] = useState(() => readLast(readText(store)));
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const run = useCallback(() => {
    abort.current?.abort();
    const { signal } = (abort.current = new AbortController());
    const show = (next: LineCheck) => {
      if (!signal.aborted) setCheck(next);
    };
    const work = async () => {
      show({ is: 'running', share: 0 });
      const path = { id: meeting };
      const room = await ask((until) => api.POST('/api/v1/meetings/{id}/line-check', { params: { path }, signal: until }), signal);
      if (!room.ok) return show({ is: 'failed', at: room.refusal });
      // The conference code, which most of this needs, comes when it is needed.
      const { runLineCheck, CheckFailed } = await import('./run');
      let finding: Finding;
      try {
        const url = window.location.origin.replace(/^http/, 'ws');
        const onProgress = (share: number) => show({ is: 'running', share });
        finding = await runLineCheck({ url, room: room.value, camera, microphone, onProgress, signal });
      } catch (error) {
        return show({ is: 'failed', at: error instanceof CheckFailed ? error.at : 'media' });
      }
      const { picture, sound, quality, measured } = finding;
      const now = { atMs: Date.now(), quality };
      writeText(store, JSON.stringify(now));
      setLast(now);
      show({ is: 'done', finding, reported: false });
      if (point === null) return;
      const told = await ask(
        (until) =>
          api.POST('/api/v1/meetings/{id}/commands', {
            params: { path },
            body: { do: 'report-line', point, picture, sound, note: '', measured },
            signal: until,
          }),
        signal,
      );
      show({ is: 'done', finding, reported: told.ok });
    };
    void work().catch(() => show({ is: 'failed', at: 'signalling' }));
  }, [api, meeting, point, camera, microphone, store]);

  return { check, last, run };
}

function readLast(text: string | null): LastCheck | null {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<LastCheck> | null;
    const known = value && typeof value.atMs === 'number' && ['good', 'fair', 'poor'].includes(value.quality ?? '');
    return known ? (value as LastCheck) : null;
  } catch {
    return null;
  }
}
