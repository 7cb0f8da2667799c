// The directory as this page shows it, and changes of it: each on what was read last, each with its way back.
import { useCallback, useEffect, useRef, useState } from 'react';

import { ask, onlyOnce, type Answer } from '../../api/client';
import type { Refusal } from '../../api/refusal';
import type { DelegateView, DirectoryDelegate, NewDelegate, Point, UnitView } from '../../api/schema';
import { wordsOf } from '../../api/words';
import { useApi } from '../../app/api';
import { useText } from '../../i18n';
import { useDirectoryText } from '../../i18n/directory';
import { tell } from '../../ui/toasts';
import { useUnits } from '../useUnits';
import { putBack, snapshot } from './files';

const PAGE = 500;

export interface Listed {
  delegates: readonly DelegateView[];
  total: number;
}

export function useDirectory(retired: boolean) {
  const api = useApi();
  const text = useText();
  const { undone } = useDirectoryText();
  const { found, refusal, reload } = useUnits(retired);
  /** Every change moves it on: lists that were read before are read again. */
  const revision = found?.revision ?? 0;
  const latest = useRef(0);
  latest.current = Math.max(latest.current, revision);

  /** Does something and says so; what was refused changes nothing and comes back. */
  const change = async (
    act: (etag: string) => Promise<Answer<unknown>>,
    done: string,
    undo?: (etag: string) => Promise<Answer<unknown>>,
  ): Promise<Refusal | null> => {
    const answer = await act(`"${latest.current}"`);
    await reload();
    if (!answer.ok) return answer.refusal;
    const takeBack = undo && (() => void change(undo, undone).then((refused) => refused && tell(wordsOf(refused, text), { tone: 'bad' })));
    tell(done, { undo: takeBack });
    return null;
  };

  const putUnit = (unit: Point, etag: string) =>
    ask((signal) => api.PUT('/api/v1/directory/units/{id}', { params: { path: { id: unit.id }, header: { 'If-Match': etag } }, body: unit, signal }));
  const dropUnit = (id: string, below: boolean, etag: string) =>
    ask((signal) => api.DELETE('/api/v1/directory/units/{id}', { params: { path: { id }, query: { below }, header: { 'If-Match': etag } }, signal }));
  const putDelegate = (delegate: DirectoryDelegate, etag: string) =>
    ask((signal) =>
      api.PUT('/api/v1/directory/delegates/{id}', { params: { path: { id: delegate.id }, header: { 'If-Match': etag } }, body: delegate, signal }),
    );
  const dropDelegate = (id: string, etag: string) =>
    ask((signal) => api.DELETE('/api/v1/directory/delegates/{id}', { params: { path: { id }, header: { 'If-Match': etag } }, signal }));

  return {
    found,
    refusal,
    revision,
    reload,
    addUnit: (unit: Point, done: string) =>
      change(
        () => ask((signal) => api.POST('/api/v1/directory/units', { params: { header: onlyOnce() }, body: unit, signal })),
        done,
        (etag) => dropUnit(unit.id, false, etag),
      ),
    putUnit: (unit: Point, before: UnitView, done: string) =>
      change(
        (etag) => putUnit(unit, etag),
        done,
        (etag) => (before.retired ? dropUnit(unit.id, false, etag) : putUnit(unitOf(before), etag)),
      ),
    /** With all below it, so that it takes the lists of before to undo it. */
    retireUnit: async (unit: UnitView, done: string): Promise<Refusal | null> => {
      const before = await snapshot(api);
      if ('kind' in before) return before;
      const answer = await dropUnit(unit.id, true, `"${latest.current}"`);
      await reload();
      if (!answer.ok) return answer.refusal;
      const after = Number(answer.etag?.replaceAll('"', ''));
      const undo = async () => {
        const refused = await putBack(api, before, after);
        await reload();
        if (refused) tell(wordsOf(refused, text), { tone: 'bad' });
        else tell(undone);
      };
      tell(done, { undo: Number.isFinite(after) ? () => void undo() : undefined });
      return null;
    },
    addDelegate: async (delegate: NewDelegate, done: string) => {
      let made: string | null = null;
      const add = async () => {
        const answer = await ask((signal) => api.POST('/api/v1/directory/delegates', { params: { header: onlyOnce() }, body: delegate, signal }));
        if (answer.ok) made = answer.value.delegate.id;
        return answer;
      };
      return change(add, done, (etag) => dropDelegate(made ?? '', etag));
    },
    putDelegate: (delegate: DirectoryDelegate, before: DelegateView, done: string) =>
      change(
        (etag) => putDelegate(delegate, etag),
        done,
        (etag) => (before.retired ? dropDelegate(delegate.id, etag) : putDelegate(delegateOf(before), etag)),
      ),
    retireDelegate: (delegate: DelegateView, done: string) =>
      change(
        (etag) => dropDelegate(delegate.id, etag),
        done,
        (etag) => putDelegate(delegateOf(delegate), etag),
      ),
  };
}

export type DirectoryActs = ReturnType<typeof useDirectory>;

export interface DelegateQuery {
  unit: string;
  below: boolean;
  retired: boolean;
  search: string;
}

/** The delegates of a unit, as far as they were asked for; read again with each revision. */
export function useDelegates({ unit, below, retired, search }: DelegateQuery, revision: number): { listed: Listed | null; refusal: Refusal | null } {
  const api = useApi();
  const [state, setState] = useState<{ listed: Listed | null; refusal: Refusal | null }>({ listed: null, refusal: null });
  const read = useCallback(
    async (signal: AbortSignal) => {
      const delegates: DelegateView[] = [];
      let after: string | undefined;
      for (;;) {
        const query = { unit, below, retired, search: search || undefined, after, limit: PAGE };
        const answer = await ask((inner) => api.GET('/api/v1/directory/delegates', { params: { query }, signal: inner }), signal);
        if (signal.aborted) return;
        if (!answer.ok) {
          setState({ listed: null, refusal: answer.refusal });
          return;
        }
        delegates.push(...answer.value.delegates);
        after = answer.value.next ?? undefined;
        if (after === undefined) {
          setState({ listed: { delegates, total: answer.value.total }, refusal: null });
          return;
        }
      }
    },
    [api, unit, below, retired, search],
  );
  useEffect(() => {
    const abort = new AbortController();
    void read(abort.signal);
    return () => abort.abort();
  }, [read, revision]);
  return state;
}

export const unitOf = ({ id, parent, level, name, room }: UnitView): Point => ({ id, parent: parent ?? null, level, name, room });
export const delegateOf = ({ id, name, title, unit, point }: DelegateView): DirectoryDelegate => ({ id, name, title: title ?? '', unit, point: point ?? null });
