// A meeting's plan on this page: read once, edited, kept when the person says so, and never over somebody else's change.
import { useCallback, useEffect, useReducer, useState } from 'react';

import { ask } from '../../api/client';
import type { Refusal } from '../../api/refusal';
import type { Phase } from '../../api/schema';
import { useApi } from '../../app/api';
import { editPlan, wholePlan, type Plan, type PlanEdit } from './plan';

/** What was read or kept last. */
interface Kept {
  plan: Plan;
  etag: string;
  version: number;
}

export type SaveState = { is: 'rest' } | { is: 'saving' } | { is: 'conflict' } | { is: 'refused'; refusal: Refusal };

interface Draft {
  kept: Kept | null;
  plan: Plan | null;
}

type DraftStep = { do: 'keep'; kept: Kept } | { do: 'edit'; edit: PlanEdit } | { do: 'base'; kept: Kept };

function nextDraft(draft: Draft, step: DraftStep): Draft {
  switch (step.do) {
    case 'keep':
      return { kept: step.kept, plan: step.kept.plan };
    case 'edit':
      return draft.plan === null ? draft : { ...draft, plan: editPlan(draft.plan, step.edit) };
    case 'base':
      // What is edited here stays, and is based on what somebody else has kept meanwhile.
      return { ...draft, kept: step.kept };
  }
}

export function usePlan(id: string) {
  const api = useApi();
  const [draft, dispatch] = useReducer(nextDraft, { kept: null, plan: null });
  const [phase, setPhase] = useState<Phase | null>(null);
  const [unreadable, setUnreadable] = useState<Refusal | null>(null);
  const [saving, setSaving] = useState<SaveState>({ is: 'rest' });

  const read = useCallback(async (): Promise<Kept | Refusal> => {
    const path = { id };
    const [plan, state] = await Promise.all([
      ask((signal) => api.GET('/api/v1/meetings/{id}', { params: { path }, signal })),
      ask((signal) => api.GET('/api/v1/meetings/{id}/public', { params: { path }, signal })),
    ]);
    if (!plan.ok) return plan.refusal;
    if (!state.ok) return state.refusal;
    setPhase(state.value.phase);
    const etag = plan.etag ?? '';
    return { plan: wholePlan(plan.value), etag, version: Number(etag.replaceAll('"', '')) || 1 };
  }, [api, id]);

  const reload = useCallback(async () => {
    const found = await read();
    if ('kind' in found) setUnreadable(found);
    else {
      setUnreadable(null);
      dispatch({ do: 'keep', kept: found });
    }
    setSaving({ is: 'rest' });
  }, [read]);
  useEffect(() => void reload(), [reload]);

  const put = async (plan: Plan, etag: string): Promise<boolean> => {
    setSaving({ is: 'saving' });
    const params = { path: { id }, header: { 'If-Match': etag } };
    const answer = await ask((signal) => api.PUT('/api/v1/meetings/{id}', { params, body: plan, signal }));
    if (answer.ok) {
      const { version } = answer.value;
      dispatch({ do: 'base', kept: { plan, etag: answer.etag ?? `"${version}"`, version } });
      setSaving({ is: 'rest' });
      return true;
    }
    const stale = answer.refusal.kind === 'problem' && answer.refusal.name === 'stale';
    setSaving(stale ? { is: 'conflict' } : { is: 'refused', refusal: answer.refusal });
    return false;
  };

  const { kept, plan } = draft;
  return {
    plan,
    version: kept?.version ?? 0,
    phase,
    unreadable,
    saving,
    dirty: kept !== null && plan !== kept.plan,
    edit: useCallback((edit: PlanEdit) => dispatch({ do: 'edit', edit }), []),
    save: async () => (plan && kept ? put(plan, kept.etag) : false),
    /** Keeps this plan whatever somebody else has kept meanwhile. */
    overwrite: async () => {
      const found = await read();
      if ('kind' in found) {
        setSaving({ is: 'refused', refusal: found });
        return false;
      }
      dispatch({ do: 'base', kept: found });
      return plan ? put(plan, found.etag) : false;
    },
    revert: () => {
      if (kept) dispatch({ do: 'keep', kept });
      setSaving({ is: 'rest' });
    },
    reload,
    dismiss: () => setSaving({ is: 'rest' }),
  };
}

export type PlanDraft = ReturnType<typeof usePlan>;
