// An administrator's way in.
import { useEffect, useState, type FormEvent } from 'react';

import type { Refusal } from '../api/refusal';
import { wordsOf } from '../api/words';
import { Link, navigate } from '../app/navigation';
import { useText } from '../i18n';
import { useAccountText } from '../i18n/account';
import { Button } from '../ui/Button';
import { Card } from '../ui/Card';
import { TextField } from '../ui/Field';
import { Frame } from '../ui/Frame';
import { PasswordField } from './PasswordField';
import { administrator } from './session';

export default function SignInPage() {
  const text = useText();
  const { signIn } = useAccountText();
  useEffect(() => {
    document.title = `${signIn.title} · ${text.app.name}`;
  }, [signIn, text]);
  return (
    <Frame centred>
      <SignInForm onSignedIn={() => navigate({ page: 'setup', place: { at: 'meetings' } }, 'replace')} />
    </Frame>
  );
}

/** Also in the place of a page that only an administrator sees. */
export function SignInForm({ onSignedIn }: { onSignedIn?: () => void }) {
  const text = useText();
  const { signIn } = useAccountText();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefusal(null);
    const answer = await administrator.signIn(name, password);
    setBusy(false);
    if (answer.ok) onSignedIn?.();
    else setRefusal(answer.refusal);
  };

  return (
    <Card title={signIn.title} onSubmit={(event) => void submit(event)}>
      <p>{signIn.lead}</p>
      <TextField
        label={signIn.name}
        name="username"
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={64}
        required
        autoFocus
      />
      <PasswordField
        label={signIn.password}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        error={refusal && wordsOf(refusal, text)}
      />
      <Button tone="primary" size="large" type="submit" disabled={busy}>
        {signIn.submit}
      </Button>
      <p>{signIn.forgotten}</p>
      <p>
        <Link to={{ page: 'join' }}>{signIn.join}</Link>
      </p>
    </Card>
  );
}
