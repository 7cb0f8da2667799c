// The pages on which meetings are prepared: who may see them, and the way from one to the other.
import { lazy, Suspense, useEffect, type ReactNode } from 'react';

import { AdministratorGate } from '../account/Gate';
import { administrator } from '../account/session';
import { useAdministrator } from '../account/useAdministrator';
import { Link, navigate } from '../app/navigation';
import type { SetupPlace } from '../app/route';
import { useText } from '../i18n';
import { useSetupText } from '../i18n/setup';
import { Button } from '../ui/Button';
import { Frame } from '../ui/Frame';
import styles from './SetupPage.module.css';

const AccountPage = lazy(() => import('../account/AccountPage'));
const AdministratorsPage = lazy(() => import('../account/AdministratorsPage'));
const DirectoryPage = lazy(() => import('./directory/DirectoryPage'));
const InvitesPage = lazy(() => import('./invites/InvitesPage'));
const MeetingsPage = lazy(() => import('./MeetingsPage'));
const PlanPage = lazy(() => import('./plan/PlanPage'));

export default function SetupPage({ place }: { place: SetupPlace }) {
  return (
    <AdministratorGate>
      <Shell place={place}>
        <Place place={place} />
      </Shell>
    </AdministratorGate>
  );
}

function Place({ place }: { place: SetupPlace }) {
  switch (place.at) {
    case 'account':
      return <AccountPage />;
    case 'administrators':
      return <AdministratorsPage />;
    case 'meetings':
      return <MeetingsPage />;
    case 'plan':
      return <PlanPage key={place.id} id={place.id} step={place.step} />;
    case 'invites':
      return <InvitesPage key={place.id} id={place.id} />;
    case 'directory':
      return <DirectoryPage />;
  }
}

const AREAS = ['meetings', 'directory', 'administrators', 'account'] as const;

function Shell({ place, children }: { place: SetupPlace; children: ReactNode }) {
  const text = useText();
  const { nav } = useSetupText();
  const who = useAdministrator();
  const area = place.at === 'plan' || place.at === 'invites' ? 'meetings' : place.at;
  useEffect(() => {
    document.title = `${nav[area]} · ${text.app.name}`;
  }, [nav, area, text]);

  const signOut = async () => {
    const answer = await administrator.signOut();
    if (answer.ok) navigate({ page: 'signIn' });
  };

  return (
    <Frame
      navigation={
        <nav className={styles.nav} aria-label={nav.label}>
          <ul>
            {AREAS.map((at) => (
              <li key={at}>
                <Link to={{ page: 'setup', place: { at } }} aria-current={at === area ? 'page' : undefined}>
                  {nav[at]}
                </Link>
              </li>
            ))}
          </ul>
          <span className={styles.who}>{who.is === 'administrator' && nav.signedInAs(who.name)}</span>
          <Button tone="quiet" onClick={() => void signOut()}>
            {nav.signOut}
          </Button>
        </nav>
      }
    >
      <Suspense fallback={<p role="status">{text.app.loading}</p>}>{children}</Suspense>
    </Frame>
  );
}
