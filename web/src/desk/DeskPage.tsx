// The chair's desk on one screen, beside the hall or on a machine of its own.
import { useRef, useState } from 'react';

import { useDeskText } from '../i18n/desk';
import { Banners } from '../meeting/Banners';
import { ConductProvider } from '../meeting/conduct';
import { NotYet } from '../meeting/NotYet';
import { ShortcutsDialog, useShortcutsSwitch } from '../meeting/Shortcuts';
import { useKeys } from '../ui/useKeys';
import { AgendaPane } from './AgendaPane';
import styles from './desk.module.css';
import { FloorPane } from './FloorPane';
import { MeetingBar } from './MeetingBar';
import { PointsPane } from './PointsPane';
import { ProxiesPane } from './ProxiesPane';
import { useDesk, type Desk } from './useDesk';
import { electorate } from './votes';
import { VotesPane } from './VotesPane';

export default function DeskPage({ id }: { id: string }) {
  return (
    <ConductProvider id={id}>
      <DeskInMeeting />
    </ConductProvider>
  );
}

function DeskInMeeting() {
  const desk = useDesk();
  return desk === null ? <NotYet /> : <DeskView desk={desk} />;
}

function DeskView({ desk }: { desk: Desk }) {
  const { floor, agenda, vote, keys: names } = useDeskText();
  const { seen, acts, ask } = desk;
  const search = useRef<HTMLInputElement>(null);
  const [showsKeys, setShowsKeys] = useState(false);
  const [keysOn, setKeysOn] = useShortcutsSwitch();
  useKeys(keysOn && !desk.asking && !showsKeys, {
    ...desk.keys,
    '/': () => search.current?.focus(),
    '?': () => setShowsKeys(true),
  });
  const running = seen.votes.find(({ state }) => state.is === 'under-way');
  return (
    <div className={styles.desk}>
      <MeetingBar desk={desk} onShortcuts={() => setShowsKeys(true)} />
      <Banners />
      <main className={styles.columns}>
        <div className={styles.column}>
          <PointsPane seen={seen} acts={acts} onAsk={ask} search={search} />
        </div>
        <div className={styles.column}>
          <h2>{floor.title}</h2>
          <FloorPane floor={seen.floor} connected={desk.connected} box={desk.box} onBox={desk.setBox} acts={acts} onAsk={ask} />
          <ProxiesPane proxies={seen.roll.proxies} delegateName={desk.delegateName} onAsk={ask} />
        </div>
        <div className={styles.column}>
          <h2>{agenda.title}</h2>
          <AgendaPane agenda={seen.agenda} acts={acts} />
          <h2>{vote.title}</h2>
          <VotesPane votes={seen.votes} electorate={running ? electorate(running, seen) : 0} onAsk={ask} />
        </div>
      </main>
      {desk.dialog}
      {showsKeys && (
        <ShortcutsDialog
          lines={[...desk.lines, { keys: ['/'], does: names.search }]}
          enabled={keysOn}
          onEnable={setKeysOn}
          onClose={() => setShowsKeys(false)}
        />
      )}
    </div>
  );
}
