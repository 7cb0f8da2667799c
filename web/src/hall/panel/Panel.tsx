// Beside the pictures: the floor, the agenda, votes, the roll, what is written; and the desk for those who run the meeting.
import { useEffect, useId, useRef, type KeyboardEvent } from 'react';

import type { Document } from '../../api/schema';
import { useHallText } from '../../i18n/hall';
import { useConduct } from '../../meeting/conduct';
import { pointOf } from '../../meeting/places';
import type { ShortcutLine } from '../../meeting/Shortcuts';
import { RoomRoll } from '../../roll/RoomRoll';
import { Icon } from '../../ui/Icon';
import { AgendaTab } from './AgendaTab';
import { ChatTab } from './ChatTab';
import { FloorTab } from './FloorTab';
import { HostTab } from './HostTab';
import styles from './Panel.module.css';
import { shownTab, tabsFor, type PanelTab } from './tabs';
import { VoteTab } from './VoteTab';

interface Props {
  tab: PanelTab;
  takesFocus: boolean;
  onTab: (tab: PanelTab) => void;
  onClose: () => void;
  onAsk: () => void;
  onOpen: (document: Document) => void;
  keysOn: boolean;
  onLines: (lines: ShortcutLine[]) => void;
}

export default function Panel({ tab: wanted, takesFocus, onTab, onClose, ...rest }: Props) {
  const { live } = useConduct();
  const { panel } = useHallText();
  const id = useId();
  const bar = useRef<HTMLDivElement>(null);
  const tabs = tabsFor(live.state);
  const tab = shownTab(tabs, wanted);
  // Opened by a key or a button: the focus follows, and Tab leads into what was opened.
  const focuses = useRef(takesFocus);
  useEffect(() => {
    if (focuses.current) bar.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.indexOf(tab);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    onTab(next);
    bar.current?.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  };
  return (
    <aside className={styles.panel} aria-label={panel.title} data-testid="panel">
      <div className={styles.head}>
        <div ref={bar} className={styles.tabs} role="tablist" aria-label={panel.title} onKeyDown={onKeyDown}>
          {tabs.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`${id}-${name}`}
              data-tab={name}
              aria-selected={name === tab}
              aria-controls={`${id}-body`}
              tabIndex={name === tab ? 0 : -1}
              onClick={() => onTab(name)}
            >
              {panel.tab[name]}
            </button>
          ))}
        </div>
        <button type="button" className={styles.close} aria-label={panel.hide} title={panel.hide} onClick={onClose}>
          <Icon name="close" size={20} />
        </button>
      </div>
      <div
        className={styles.body}
        role="tabpanel"
        id={`${id}-body`}
        aria-labelledby={`${id}-${tab}`}
        data-fills={tab === 'chat' || tab === 'points'}
        tabIndex={0}
      >
        {/* The points bring a heading of their own. */}
        {tab !== 'points' && <h2 className="visually-hidden">{panel.tab[tab]}</h2>}
        <Content tab={tab} {...rest} />
      </div>
    </aside>
  );
}

function Content({ tab, onAsk, onOpen, keysOn, onLines }: Omit<Props, 'takesFocus' | 'onTab' | 'onClose'>) {
  const { live } = useConduct();
  const { state } = live;
  const host = state?.view === 'host' && tab !== 'chat';
  if (state === null || host) return host ? <HostTab tab={tab} keysOn={keysOn} onLines={onLines} onOpen={onOpen} /> : null;
  switch (tab) {
    case 'floor':
      return <FloorTab floor={state.floor} onAsk={onAsk} />;
    case 'agenda':
      return <AgendaTab agenda={state.agenda} onOpen={onOpen} />;
    case 'vote':
      return <VoteTab />;
    case 'roll': {
      const point = state.view === 'own' ? pointOf(state.place) : null;
      return point !== null && state.roll ? <RoomRoll point={point} roll={state.roll} isFresh={live.line.at === 'up'} /> : null;
    }
    default:
      return <ChatTab messages={state.messages} />;
  }
}
