// An administrator's one-time link: the password is set, and the way in is open.
import { useEffect, useState, type FormEvent } from 'react';

import { ask, connect } from '../api/client';
import type { Refusal } from '../api/refusal';
import type { Welcome } from '../api/schema';
import { wordsOf } from '../api/words';
import { navigate } from '../app/navigation';
import { useText } from '../i18n';
import { useAccountText } from '../i18n/account';
import { Button } from '../ui/Button';
import { Card } from '../ui/Card';
import { TextField } from '../ui/Field';
import { Frame } from '../ui/Frame';
import { Notice } from '../ui/Notice';
import { Waiting } from '../ui/Waiting';
import { PasswordField } from './PasswordField';
import { administrator } from './session';

type Link = { at: 'checking' } | { at: 'refused'; refusal: Refusal } | { at: 'good'; welcome: Welcome };

export default function WelcomePage() {
  const text = useText();
  const { welcome: words } = useAccountText();
  // A page may be drawn more than once before it is shown: reading the code takes nothing away.
  const [code] = useState(() => window.location.hash.replace(/^#/, ''));
  const [link, setLink] = useState<Link>({ at: 'checking' });

  // Out of the address bar at once: nobody looks over a shoulder, and no bookmark keeps it.
  useEffect(() => {
    if (code !== '') window.history.replaceState(null, '', window.location.pathname);
  }, [code]);
  useEffect(() => {
    document.title = `${words.title} · ${text.app.name}`;
  }, [words, text]);
  useEffect(() => {
    if (code === '') return;
    const abort = new AbortController();
    const asked = ask((signal) => connect(null).POST('/api/v1/admin/welcome', { body: { code }, signal }), abort.signal);
    void asked.then((answer) => {
      if (abort.signal.aborted) return;
      setLink(answer.ok ? { at: 'good', welcome: answer.value } : { at: 'refused', refusal: answer.refusal });
    });
    return () => abort.abort();
  }, [code]);

  if (code === '' || link.at === 'refused') {
    const why = link.at === 'refused' ? wordsOf(link.refusal, text) : words.noLink;
    return (
      <Notice title={text.trouble.title} text={why} trouble>
        <Button tone="primary" onClick={() => navigate({ page: 'signIn' })}>
          {words.toSignIn}
        </Button>
      </Notice>
    );
  }
  if (link.at === 'checking') return <Waiting label={words.checking} />;
  return (
    <Frame centred>
      <PasswordForm code={code} welcome={link.welcome} />
    </Frame>
  );
}

function PasswordForm({ code, welcome }: { code: string; welcome: Welcome }) {
  const text = useText();
  const { welcome: words, password: rules } = useAccountText();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const known = welcome.name ?? null;
  const short = [...password].length < welcome.minPasswordChars;
  const nameless = known === null && name.trim() === '';

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (busy || short || nameless) return;
    setBusy(true);
    const answer = await administrator.setPassword(code, known === null ? name : null, password);
    setBusy(false);
    if (answer.ok) navigate({ page: 'setup', place: { at: 'meetings' } }, 'replace');
    else setRefusal(answer.refusal);
  };

  const ofName = refusal?.kind === 'problem' && refusal.name.startsWith('administrator-');
  return (
    <Card title={words.title} onSubmit={(event) => void submit(event)}>
      <p>{known === null ? words.first : words.named(known)}</p>
      {known === null ? (
        <TextField
          label={words.name}
          hint={words.nameHint}
          error={(tried && nameless && words.noName) || (ofName && refusal.detail) || null}
          name="username"
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={40}
          autoFocus
        />
      ) : (
        // For password managers, which keep a password with a name.
        <input type="text" name="username" autoComplete="username" value={known} readOnly hidden />
      )}
      <PasswordField
        label={rules.next}
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        hint={rules.rule(welcome.minPasswordChars)}
        error={(tried && short && rules.short(welcome.minPasswordChars)) || (refusal && !ofName && wordsOf(refusal, text)) || null}
      />
      <Button tone="primary" size="large" type="submit" disabled={busy}>
        {words.submit}
      </Button>
    </Card>
  );
}
