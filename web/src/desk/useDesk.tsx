// The desk without its layout: what is done, what is asked first, and by which keys. The page and the hall's panel share it.
import { useCallback, useMemo, useRef, useState, type ReactNode } from 'react';

import { useDeskText } from '../i18n/desk';
import { useConduct } from '../meeting/conduct';
import { duration } from '../meeting/time';
import { readText, writeText } from '../app/storage';
import type { ShortcutLine } from '../meeting/Shortcuts';
import type { Keys } from '../ui/useKeys';
import { useActs, type Acts, type HostState } from './acts';
import { QuestionDialog, type Question } from './questions';

export interface Desk {
  seen: HostState;
  acts: Acts;
  ask: (question: Question) => void;
  /** The question that is put now. */
  dialog: ReactNode;
  asking: boolean;
  keys: Keys;
  lines: ShortcutLine[];
  /** Seconds that are given with the floor; 0 for no limit. */
  box: number;
  setBox: (seconds: number) => void;
  delegateName: (id: string) => string;
  /** Places whose line is up. */
  connected: ReadonlySet<string>;
}

const BOX_KEY = 'diemcau.timeBox';
const BOX_S = 300;

/** Null for whoever does not run the meeting, and before it is known. */
export function useDesk(): Desk | null {
  const { live, places, give, may } = useConduct();
  const text = useDeskText();
  const seen = live.state?.view === 'host' ? live.state : null;
  const latest = useRef(seen);
  latest.current = seen;
  const current = useCallback(() => latest.current, []);
  const acts = useActs(give, places, text, current);
  const [question, ask] = useState<Question | null>(null);
  const [box, setBoxState] = useState(() => Number(readText(BOX_KEY) ?? BOX_S) || 0);
  const setBox = useCallback((seconds: number) => {
    setBoxState(seconds);
    writeText(BOX_KEY, String(seconds));
  }, []);
  const delegateName = useCallback((id: string) => places.name(`delegate:${id}`), [places]);
  const lines = seen?.lines;
  const connected = useMemo(() => new Set(lines?.filter((line) => line.connected).map(({ place }) => place)), [lines]);
  if (seen === null) return null;

  const running = seen.votes.some(({ state }) => state.is === 'under-way');
  const [first] = seen.floor.queue;
  const { holder } = seen.floor;
  const keys: Keys = {
    n: () => {
      if (!first || !may('grant-floor')) return;
      if (holder) ask({ is: 'pass', request: first });
      else void acts.grant(first, box);
    },
    t: () => holder && may('take-floor-back') && void acts.takeBack(holder, Date.now() + live.aheadMs),
    e: () => holder?.until && may('extend-floor') && void acts.extend(1),
    x: () => may('mute-all') && ask({ is: 'mute-all' }),
    k: () => may(seen.locked ? 'unlock' : 'lock') && void acts.lock(!seen.locked),
    a: () => may('announce') && ask({ is: 'announce' }),
    b: () => may(running ? 'close-vote' : 'open-vote') && ask({ is: running ? 'close-vote' : 'vote' }),
    i: () => may('start-item') && void acts.nextItem(),
    p: () => {
      if (may('pause')) ask({ is: 'pause' });
      else if (may('resume')) void acts.resume();
    },
  };
  const named: ShortcutLine[] = [
    { keys: ['N'], does: text.keys.next },
    { keys: ['T'], does: text.keys.takeBack },
    { keys: ['E'], does: text.keys.extend },
    { keys: ['X'], does: text.keys.muteAll },
    { keys: ['K'], does: text.keys.lock },
    { keys: ['A'], does: text.keys.announce },
    { keys: ['B'], does: text.keys.vote },
    { keys: ['I'], does: text.keys.item },
    { keys: ['P'], does: text.keys.pause },
  ];
  const dialog = question && (
    <QuestionDialog
      key={question.is}
      question={question}
      seen={seen}
      acts={acts}
      box={box}
      delegateName={delegateName}
      onDone={() => ask(null)}
    />
  );
  return { seen, acts, ask, dialog, asking: question !== null, keys, lines: named, box, setBox, delegateName, connected };
}

/** For how long the meeting has been open. */
export function openFor(seen: HostState, nowMs: number): string | null {
  if (!seen.openedAt) return null;
  const end = seen.closedAt ? Date.parse(seen.closedAt) : nowMs;
  return duration(end - Date.parse(seen.openedAt));
}
