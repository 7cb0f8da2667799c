// The head of a page of a meeting: what it is, where the meeting stands, and the way to the other pages.
import type { ReactNode } from 'react';

import type { MeetingState } from '../api/schema';
import { Link } from '../app/navigation';
import type { MeetingPart } from '../app/route';
import { useMeetingText } from '../i18n/meeting';
import { LanguageSwitch, Mark } from '../ui/Frame';
import { Clock } from './Clock';
import { useConduct } from './conduct';
import { pointOf } from './places';
import styles from './PageBar.module.css';

interface Props {
  title: string;
  part: MeetingPart;
  children?: ReactNode;
}

const PAGES = ['desk', 'ready', 'roll', 'report'] as const;
/** What there is for a room's clerk, and for a delegate's own device. */
const ROOM_PAGES = ['roll', 'report'] as const;
const OWN_PAGES = ['report'] as const;

function pagesOf(state: MeetingState | null): readonly (typeof PAGES)[number][] {
  switch (state?.view) {
    case 'host':
      return PAGES;
    case 'own':
      return pointOf(state.place) === null ? OWN_PAGES : ROOM_PAGES;
    default:
      return [];
  }
}

export function PageBar({ title, part, children }: Props) {
  const { id, live, places } = useConduct();
  const { pages, phase } = useMeetingText();
  const shown = pagesOf(live.state);
  return (
    <header className={styles.bar}>
      <Mark size={28} />
      <div className={styles.titles}>
        <h1>{title}</h1>
        <p>
          {places.outline?.title}
          {live.state && ` · ${phase[live.state.phase]}`}
        </p>
      </div>
      {children}
      <nav className={styles.pages} aria-label={pages.label}>
        {shown.map((page) => (
          <Link key={page} to={{ page: 'meeting', id, part: page }} aria-current={page === part ? 'page' : undefined}>
            {pages[page]}
          </Link>
        ))}
        <Link to={{ page: 'join' }}>{pages.hall}</Link>
        <LanguageSwitch />
      </nav>
      <Clock zone={places.outline?.zone ?? 'UTC'} aheadMs={live.aheadMs} className={styles.clock} />
    </header>
  );
}
