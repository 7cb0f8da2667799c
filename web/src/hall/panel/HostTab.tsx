// The chair's desk within the hall: the same panes, the same questions and the same keys.
import { useEffect, useRef } from 'react';

import { AgendaPane } from '../../desk/AgendaPane';
import { FloorPane } from '../../desk/FloorPane';
import { Facts, Phases } from '../../desk/MeetingBar';
import { PointsPane } from '../../desk/PointsPane';
import { ProxiesPane } from '../../desk/ProxiesPane';
import { useDesk, type Desk } from '../../desk/useDesk';
import { electorate } from '../../desk/votes';
import { VotesPane } from '../../desk/VotesPane';
import type { Document } from '../../api/schema';
import { useDeskText } from '../../i18n/desk';
import { useHallText } from '../../i18n/hall';
import { useConduct } from '../../meeting/conduct';
import { pathOf } from '../../app/route';
import type { ShortcutLine } from '../../meeting/Shortcuts';
import { useKeys } from '../../ui/useKeys';
import { ownVote } from '../ballots';
import { Documents } from './AgendaTab';
import styles from './Panel.module.css';
import type { PanelTab } from './tabs';
import { Ballots } from './VoteTab';

interface Props {
  tab: PanelTab;
  keysOn: boolean;
  /** For the list of keys. */
  onLines: (lines: ShortcutLine[]) => void;
  onOpen: (document: Document) => void;
}

export function HostTab({ tab, keysOn, onLines, onOpen }: Props) {
  const desk = useDesk();
  const names = useDeskText();
  const lines = useRef<ShortcutLine[]>([]);
  lines.current = desk?.lines ?? [];
  useKeys(keysOn && desk !== null && !desk.asking, desk?.keys ?? {});
  const ready = desk !== null;
  useEffect(() => {
    onLines(ready ? lines.current : []);
    return () => onLines([]);
  }, [ready, names, onLines]);
  return (
    desk && (
      <>
        <Part tab={tab} desk={desk} onOpen={onOpen} />
        {desk.dialog}
      </>
    )
  );
}

function Part({ tab, desk, onOpen }: { tab: PanelTab; desk: Desk; onOpen: Props['onOpen'] }) {
  const { id, live, self, places } = useConduct();
  const { panel } = useHallText();
  const { seen, acts, ask } = desk;
  const search = useRef<HTMLInputElement>(null);
  switch (tab) {
    case 'points':
      return <PointsPane seen={seen} acts={acts} onAsk={ask} search={search} />;
    case 'agenda':
      return (
        <>
          <AgendaPane agenda={seen.agenda} acts={acts} />
          <Documents documents={seen.agenda.flatMap(({ documents }) => documents ?? [])} onOpen={onOpen} />
        </>
      );
    case 'vote': {
      const running = seen.votes.find(({ state }) => state.is === 'under-way');
      const own = ownVote(seen, self, places.outline?.hub ?? null);
      return (
        <div className={styles.parts}>
          {own && (
            <section aria-labelledby="vote-running">
              <h3 id="vote-running">{own.vote.question}</h3>
              <Ballots own={own} />
            </section>
          )}
          <VotesPane votes={seen.votes} electorate={running ? electorate(running, seen) : 0} onAsk={ask} />
        </div>
      );
    }
    default:
      return (
        <div className={styles.parts}>
          <Facts desk={desk} aheadMs={live.aheadMs} />
          <FloorPane floor={seen.floor} connected={desk.connected} box={desk.box} onBox={desk.setBox} acts={acts} onAsk={ask} />
          <Phases desk={desk} />
          <ProxiesPane proxies={seen.roll.proxies} delegateName={desk.delegateName} onAsk={ask} />
          <p className={styles.desk}>
            <a href={pathOf({ page: 'meeting', id, part: 'desk' })} target="_blank" rel="opener">
              {panel.desk}
            </a>
          </p>
        </div>
      );
  }
}
