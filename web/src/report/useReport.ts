// The report of a meeting as whoever uses this page may have it, drawn anew when it is asked for.
import { useCallback, useEffect, useState } from 'react';

import { ask } from '../api/client';
import type { Refusal } from '../api/refusal';
import type { Report } from '../api/schema';
import { useApi } from '../app/api';

export interface ReportState {
  report: Report | null;
  refusal: Refusal | null;
  busy: boolean;
  refresh: () => void;
}

export function useReport(id: string): ReportState {
  const api = useApi();
  const [state, setState] = useState<Omit<ReportState, 'refresh'>>({ report: null, refusal: null, busy: true });
  const [drawn, setDrawn] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setState((before) => ({ ...before, busy: true }));
    const params = { path: { id, format: 'json' } };
    void ask((signal) => api.GET('/api/v1/meetings/{id}/papers/{format}', { params, parseAs: 'json', signal }), abort.signal).then((answer) => {
      if (abort.signal.aborted) return;
      // The paper `json` is the report; the address is that of all papers, which are files.
      if (answer.ok) setState({ report: answer.value as unknown as Report, refusal: null, busy: false });
      else setState((before) => ({ ...before, refusal: answer.refusal, busy: false }));
    });
    return () => abort.abort();
  }, [api, id, drawn]);
  const refresh = useCallback(() => setDrawn((before) => before + 1), []);
  return { ...state, refresh };
}
