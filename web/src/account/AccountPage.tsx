// An administrator's own account: the password.
import { useState, type FormEvent } from 'react';

import type { Refusal } from '../api/refusal';
import { wordsOf } from '../api/words';
import { useText } from '../i18n';
import { useAccountText } from '../i18n/account';
import { Button } from '../ui/Button';
import { Card } from '../ui/Card';
import { tell } from '../ui/toasts';
import { PasswordField } from './PasswordField';
import { MIN_PASSWORD_CHARS } from './rules';
import { administrator } from './session';

export default function AccountPage() {
  const text = useText();
  const { password: words } = useAccountText();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const short = [...next].length < MIN_PASSWORD_CHARS;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setRefusal(null);
    if (busy || short) return;
    setBusy(true);
    const answer = await administrator.changePassword(old, next);
    setBusy(false);
    if (!answer.ok) {
      setRefusal(answer.refusal);
      return;
    }
    setOld('');
    setNext('');
    setTried(false);
    tell(words.done);
  };

  return (
    <Card title={words.title} onSubmit={(event) => void submit(event)}>
      <PasswordField
        label={words.old}
        value={old}
        onChange={setOld}
        autoComplete="current-password"
        error={refusal && wordsOf(refusal, text)}
      />
      <PasswordField
        label={words.next}
        value={next}
        onChange={setNext}
        autoComplete="new-password"
        hint={words.rule(MIN_PASSWORD_CHARS)}
        error={tried && short ? words.short(MIN_PASSWORD_CHARS) : null}
      />
      <p>{words.note}</p>
      <Button tone="primary" type="submit" disabled={busy}>
        {words.submit}
      </Button>
    </Card>
  );
}
