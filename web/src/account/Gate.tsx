// Pages that only an administrator sees.
import { useCallback, useEffect, useState, type ReactNode } from 'react';

import { ApiProvider } from '../app/api';
import { useText } from '../i18n';
import { useSetupText } from '../i18n/setup';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Frame } from '../ui/Frame';
import { Notice } from '../ui/Notice';
import { Waiting } from '../ui/Waiting';
import { administrator } from './session';
import { SignInForm } from './SignInPage';
import { useAdministrator } from './useAdministrator';

export function AdministratorGate({ children }: { children: ReactNode }) {
  const text = useText();
  const { again } = useSetupText();
  const who = useAdministrator();
  const [offline, retry] = useResume(who.is === 'unknown');
  // Once inside, the page stays: a session that ends must not take away what somebody was typing.
  const [wasInside, setWasInside] = useState(false);
  useEffect(() => {
    if (who.is === 'administrator') setWasInside(true);
  }, [who]);

  if (who.is === 'administrator' || wasInside) {
    return (
      <ApiProvider api={administrator.api}>
        {children}
        {who.is !== 'administrator' && (
          <Dialog title={again.title} onClose={() => setWasInside(false)}>
            <p>{again.text}</p>
            <SignInForm />
          </Dialog>
        )}
      </ApiProvider>
    );
  }
  if (offline) {
    return (
      <Notice title={text.trouble.title} text={text.trouble.offline} trouble>
        <Button tone="primary" onClick={retry}>
          {text.trouble.retry}
        </Button>
      </Notice>
    );
  }
  if (who.is === 'unknown') return <Waiting label={text.app.loading} />;
  return (
    <Frame centred>
      <SignInForm />
    </Frame>
  );
}

/** Asks once who is signed in; true when no answer came. */
function useResume(unknown: boolean): [boolean, () => void] {
  const [offline, setOffline] = useState(false);
  const resume = useCallback(() => {
    setOffline(false);
    administrator.resume().catch(() => setOffline(true));
  }, []);
  useEffect(() => {
    if (unknown) resume();
  }, [unknown, resume]);
  return [offline, resume];
}
