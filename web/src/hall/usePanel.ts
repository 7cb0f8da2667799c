// Which part of the panel is open, as this browser remembers it, and how much was written that nobody here has seen.
import { useCallback, useEffect, useState } from 'react';

import { readText, writeText } from '../app/storage';
import { useConduct } from '../meeting/conduct';
import { PANEL_TABS, type PanelTab } from './panel/tabs';
import { unreadOf } from './unread';

export interface PanelState {
  tab: PanelTab | null;
  /** Opened on this page by a person, whose focus it takes then. */
  wasOpened: boolean;
  unread: number;
  show: (tab: PanelTab | null) => void;
}

const KEY = 'diemcau.panel';
/** On a small screen it covers the pictures: nobody begins with that. */
const SMALL = '(max-width: 60rem)';

export function usePanel(): PanelState {
  const [tab, setTab] = useState<PanelTab | null>(remembered);
  const [wasOpened, setWasOpened] = useState(false);
  const show = useCallback((next: PanelTab | null) => {
    setTab(next);
    setWasOpened(true);
    writeText(KEY, next);
  }, []);
  return { tab, wasOpened, unread: useUnread(tab === 'chat'), show };
}

function remembered(): PanelTab | null {
  const kept = readText(KEY);
  return window.matchMedia(SMALL).matches ? null : (PANEL_TABS.find((name) => name === kept) ?? null);
}

/** Messages of others since this person last looked. */
function useUnread(isOpen: boolean): number {
  const { live, self } = useConduct();
  const messages = live.state?.messages;
  const newest = messages?.at(-1)?.seq ?? 0;
  // What was written before this page came is no news.
  const [read, setRead] = useState<number | null>(null);
  const isKnown = messages !== undefined;
  useEffect(() => {
    if (isKnown && (isOpen || read === null)) setRead(newest);
  }, [isKnown, isOpen, read, newest]);
  return messages === undefined || read === null || isOpen ? 0 : unreadOf(messages, read, self);
}
