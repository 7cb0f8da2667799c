// Which page an address is. Only the way in is loaded at once: whatever else there is comes when it is asked for.
import { lazy, Suspense } from 'react';

import { useText } from '../i18n';
import { JoinPages } from '../join/JoinPages';
import { Waiting } from '../ui/Waiting';
import { useRoute } from './navigation';
import { UnknownPage } from './UnknownPage';

const CheckInPage = lazy(() => import('../checkIn/CheckInPage'));
const MeetingPage = lazy(() => import('../meeting/MeetingPage'));
const SetupPage = lazy(() => import('../setup/SetupPage'));
const SignInPage = lazy(() => import('../account/SignInPage'));
const WelcomePage = lazy(() => import('../account/WelcomePage'));

export function App() {
  const text = useText();
  return (
    <Suspense fallback={<Waiting label={text.app.loading} />}>
      <Page />
    </Suspense>
  );
}

function Page() {
  const route = useRoute();
  switch (route.page) {
    case 'join':
      return <JoinPages />;
    case 'checkIn':
      return <CheckInPage />;
    case 'meeting':
      return <MeetingPage id={route.id} part={route.part} />;
    case 'signIn':
      return <SignInPage />;
    case 'welcome':
      return <WelcomePage />;
    case 'setup':
      return <SetupPage place={route.place} />;
    default:
      return <UnknownPage />;
  }
}
