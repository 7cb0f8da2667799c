// Which parts the panel has for whom; pure.
import type { MeetingState } from '../../api/schema';

export const PANEL_TABS = ['conduct', 'points', 'floor', 'agenda', 'vote', 'roll', 'chat'] as const;
export type PanelTab = (typeof PANEL_TABS)[number];

export function tabsFor(state: MeetingState | null): PanelTab[] {
  if (state === null) return ['chat'];
  if (state.view === 'host') return ['conduct', 'points', 'agenda', 'vote', 'chat'];
  const calls = state.roll != null && state.place.startsWith('point:');
  return ['floor', 'agenda', 'vote', ...(calls ? (['roll'] as const) : []), 'chat'];
}

/** The wanted part where there is one, else the first. */
export const shownTab = (tabs: readonly PanelTab[], wanted: PanelTab): PanelTab => (tabs.includes(wanted) ? wanted : (tabs[0] ?? 'chat'));
