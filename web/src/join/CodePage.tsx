// Typing the short code of an invitation.
import { lazy, Suspense, useId, useState, type FormEvent } from 'react';

import { normaliseCode } from '../app/code';
import { Link } from '../app/navigation';
import { useText } from '../i18n';
import { Button } from '../ui/Button';
import { Frame } from '../ui/Frame';
import styles from './CodePage.module.css';

const QrScanner = lazy(() => import('./QrScanner'));
const canScan = () => 'BarcodeDetector' in globalThis && 'mediaDevices' in navigator;

export function CodePage({ onCode }: { onCode: (code: string) => void }) {
  const { code: text, noSeat } = useText();
  const [value, setValue] = useState('');
  const [malformed, setMalformed] = useState(false);
  const [scanning, setScanning] = useState(false);
  const id = useId();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const code = normaliseCode(value);
    setMalformed(code === null);
    if (code === null) document.getElementById(id)?.focus();
    else onCode(code);
  };

  return (
    <Frame centred>
      <form className={styles.card} onSubmit={submit} noValidate>
        <h1>{text.title}</h1>
        <p>{text.lead}</p>
        <label htmlFor={id}>{text.label}</label>
        <input
          id={id}
          name="code"
          value={value}
          onChange={(event) => {
            setValue(event.target.value);
            setMalformed(false);
          }}
          aria-describedby={`${id}-hint`}
          aria-invalid={malformed}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={32}
          autoFocus
        />
        <p id={`${id}-hint`} className={malformed ? styles.wrong : styles.hint} role={malformed ? 'alert' : undefined}>
          {malformed ? text.malformed : text.hint}
        </p>
        <Button tone="primary" size="large" type="submit">
          {text.submit}
        </Button>
        {canScan() && (
          <Button onClick={() => setScanning(true)}>{text.scan}</Button>
        )}
        <p className={styles.help}>{text.help}</p>
        <p className={styles.help}>
          <Link to={{ page: 'signIn' }}>{noSeat.signIn}</Link>
        </p>
      </form>
      {scanning && (
        <Suspense fallback={null}>
          <QrScanner onCode={onCode} onClose={() => setScanning(false)} />
        </Suspense>
      )}
    </Frame>
  );
}
