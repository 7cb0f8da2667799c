// A meeting under way, for components.
import { useEffect, useSyncExternalStore } from 'react';

import type { Api } from '../api/client';
import { useApi } from '../app/api';
import type { Live } from './live';
import { followMeeting, type LiveView } from './liveView';

/** However many components of a page look at a meeting: one stream. */
const views = new WeakMap<Api, Map<string, LiveView>>();

export interface LiveMeeting extends Live {
  retryNow: () => void;
}

export function useMeeting(id: string): LiveMeeting {
  const view = viewOf(useApi(), id);
  // The network is back: no reason to wait any longer.
  useEffect(() => {
    window.addEventListener('online', view.retryNow);
    return () => window.removeEventListener('online', view.retryNow);
  }, [view]);
  return { ...useSyncExternalStore(view.subscribe, view.snapshot), retryNow: view.retryNow };
}

function viewOf(api: Api, id: string): LiveView {
  const ofApi = views.get(api) ?? new Map<string, LiveView>();
  views.set(api, ofApi);
  const view = ofApi.get(id) ?? followMeeting(api, id);
  ofApi.set(id, view);
  return view;
}
