// A meeting under way for the components of a page: what it looks like, what things are called, and asking for something.
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import { ask, onlyOnce } from '../api/client';
import type { Command, Outline } from '../api/schema';
import { useApi } from '../app/api';
import { useText } from '../i18n';
import { useMeetingText } from '../i18n/meeting';
import { useMeeting, type LiveMeeting } from '../live/useMeeting';
import { tell } from '../ui/toasts';
import { placeOfIdentity, placesOf, type Places } from './places';
import { isDoneAlready, refusalWords } from './refusals';
import { useStanding } from './standing';

export interface After {
  /** What was done, in words; nothing is said without. */
  done?: string;
  /** Takes it back: offered beside the words. */
  undo?: Command | (() => void);
}

/** Asks for something; false when it was refused, which is said already. The same is not asked twice at a time. */
export type Give = (command: Command, after?: After) => Promise<boolean>;

interface Conduct {
  id: string;
  /** The place of whoever uses this page; null for an administrator. */
  self: string | null;
  live: LiveMeeting;
  places: Places;
  give: Give;
  may: (command: Command['do']) => boolean;
}

const ConductContext = createContext<Conduct | null>(null);

export function ConductProvider({ id, children }: { id: string; children: ReactNode }) {
  const text = useMeetingText();
  const identity = useStanding().admission?.identity;
  const self = identity === undefined ? null : placeOfIdentity(identity);
  const live = useMeeting(id);
  const outline = useOutline(id, live.state?.planVersion);
  const delegates = live.state?.view === 'host' ? live.state.roll.delegates : live.state?.roll?.delegates;
  // Who is on the list changes seldom: names are looked up when they are asked for.
  const listed = useRef(delegates);
  listed.current = delegates;
  const places = useMemo(
    () => placesOf(outline, text.seats, (delegate) => listed.current?.find((entry) => entry.id === delegate)?.name),
    [outline, text],
  );
  const give = useGive(id, places);
  const allowed = live.state?.may;
  const may = useMemo(() => {
    const names = new Set(allowed);
    return (command: Command['do']) => names.has(command);
  }, [allowed]);
  const conduct = useMemo(() => ({ id, self, live, places, give, may }), [id, self, live, places, give, may]);
  return <ConductContext value={conduct}>{children}</ConductContext>;
}

/** Only below a provider. */
export function useConduct(): Conduct {
  const conduct = useContext(ConductContext);
  if (conduct === null) throw new Error('the conduct of a meeting outside of its provider');
  return conduct;
}

function useGive(id: string, places: Places): Give {
  const api = useApi();
  const core = useText();
  const text = useMeetingText();
  const words = useRef({ places, core, text });
  words.current = { places, core, text };
  const underWay = useRef(new Set<string>());
  return useCallback(
    async function give(command: Command, { done, undo }: After = {}): Promise<boolean> {
      const same = JSON.stringify(command);
      if (underWay.current.has(same)) return false;
      underWay.current.add(same);
      const answer = await ask((signal) =>
        api.POST('/api/v1/meetings/{id}/commands', { params: { path: { id }, header: onlyOnce() }, body: command, signal }),
      );
      underWay.current.delete(same);
      if (!answer.ok && !isDoneAlready(answer.refusal)) {
        tell(refusalWords(answer.refusal, words.current.places, words.current.core, words.current.text), { tone: 'bad' });
        return false;
      }
      const takeBack = typeof undo === 'function' || undo === undefined ? undo : () => void give(undo);
      if (done !== undefined) tell(done, { undo: takeBack });
      return true;
    },
    [api, id],
  );
}

/** What everybody may know of the plan; again when another version holds. */
function useOutline(id: string, version: number | undefined): Outline | null {
  const api = useApi();
  const [outline, setOutline] = useState<Outline | null>(null);
  useEffect(() => {
    if (version === undefined) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      const answer = await ask((signal) => api.GET('/api/v1/meetings/{id}/outline', { params: { path: { id } }, signal }), abort.signal);
      if (abort.signal.aborted) return;
      if (answer.ok) setOutline(answer.value);
      else timer = setTimeout(() => void read(), OUTLINE_AGAIN_MS);
    };
    void read();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [api, id, version]);
  return outline;
}

const OUTLINE_AGAIN_MS = 3_000;
