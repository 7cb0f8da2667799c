// A delegate's own phone, by the QR code in the room: who I am, and that I am here. The clerk confirms it.
import { useEffect, useRef, useState } from 'react';

import { ask } from '../api/client';
import type { Refusal } from '../api/refusal';
import type { CheckInEntry, CheckInList } from '../api/schema';
import { wordsOf } from '../api/words';
import { useApi } from '../app/api';
import { codeOfFragment, normaliseCode } from '../app/code';
import { readText, writeText } from '../app/storage';
import { useText } from '../i18n';
import { useCheckInText } from '../i18n/checkIn';
import { plain } from '../meeting/tree';
import { isDoneAlready } from '../meeting/refusals';
import { Button } from '../ui/Button';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { TextField } from '../ui/Field';
import { Frame } from '../ui/Frame';
import { Icon } from '../ui/Icon';
import { Notice } from '../ui/Notice';
import { tell } from '../ui/toasts';
import { Waiting } from '../ui/Waiting';
import styles from './CheckInPage.module.css';

const KEY = 'diemcau.checkIn';
/** From so many names on, one is quicker found by typing. */
const MANY = 8;

/** The code of the QR code's link, taken out of the address and kept for this tab. */
function takeCheckInCode(): string | null {
  const fromLink = codeOfFragment(window.location.hash);
  if (window.location.hash !== '') window.history.replaceState(null, '', window.location.pathname);
  if (fromLink !== null) writeText(KEY, fromLink, () => sessionStorage);
  const kept = readText(KEY, () => sessionStorage);
  return fromLink ?? (kept === null ? null : normaliseCode(kept));
}

type Shown = { at: 'loading' } | { at: 'list'; list: CheckInList } | { at: 'refused'; refusal: Refusal };

export default function CheckInPage() {
  const [code, setCode] = useState(takeCheckInCode);
  useEffect(() => {
    const onHash = () => setCode(takeCheckInCode());
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, []);
  return code === null ? <CodeForm onCode={setCode} /> : <Opened key={code} code={code} onOther={() => setCode(null)} />;
}

function CodeForm({ onCode }: { onCode: (code: string) => void }) {
  const { code: words } = useText();
  const text = useCheckInText();
  const [value, setValue] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <Frame centred>
      <form
        className={styles.card}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const code = normaliseCode(value);
          setWrong(code === null);
          if (code !== null) onCode(code);
        }}
      >
        <h1>{text.title}</h1>
        <p>{text.noCode}</p>
        <TextField
          label={words.label}
          value={value}
          autoComplete="off"
          autoCapitalize="characters"
          maxLength={32}
          error={wrong ? words.malformed : null}
          onChange={(event) => setValue(event.target.value)}
        />
        <Button tone="primary" size="large" type="submit">
          {words.submit}
        </Button>
      </form>
    </Frame>
  );
}

function Opened({ code, onOther }: { code: string; onOther: () => void }) {
  const api = useApi();
  const core = useText();
  const text = useCheckInText();
  const [shown, setShown] = useState<Shown>({ at: 'loading' });
  const [attempt, setAttempt] = useState(0);
  const [chosen, setChosen] = useState<CheckInEntry | null>(null);
  const [done, setDone] = useState<CheckInEntry | null>(null);

  useEffect(() => {
    const abort = new AbortController();
    void ask((signal) => api.POST('/api/v1/check-in', { body: { code }, signal }), abort.signal).then((answer) => {
      if (abort.signal.aborted) return;
      setShown(answer.ok ? { at: 'list', list: answer.value } : { at: 'refused', refusal: answer.refusal });
    });
    return () => abort.abort();
  }, [api, code, attempt]);

  const confirm = async (entry: CheckInEntry) => {
    setChosen(null);
    const answer = await ask((signal) => api.POST('/api/v1/check-in', { body: { code, delegate: entry.id }, signal }));
    if (answer.ok) setShown({ at: 'list', list: answer.value });
    if (answer.ok || isDoneAlready(answer.refusal)) setDone(entry);
    else tell(wordsOf(answer.refusal, core), { tone: 'bad' });
  };

  if (shown.at === 'loading') return <Waiting label={text.loading} />;
  if (shown.at === 'refused') {
    const isUnknown = shown.refusal.kind === 'problem' && shown.refusal.status === 404;
    return (
      <Notice title={isUnknown ? core.refusal.unknown.title : core.trouble.title} text={wordsOf(shown.refusal, core)} trouble>
        {!isUnknown && (
          <Button tone="primary" onClick={() => setAttempt((n) => n + 1)}>
            {core.trouble.retry}
          </Button>
        )}
        <Button onClick={onOther}>{core.refusal.otherCode}</Button>
      </Notice>
    );
  }
  if (done) {
    return (
      <Notice title={text.doneTitle} text={text.doneText(done.name)}>
        <Button onClick={() => setDone(null)}>{text.another}</Button>
      </Notice>
    );
  }
  return (
    <Frame>
      <Names list={shown.list} onChoose={setChosen} />
      {chosen && (
        <ConfirmDialog
          title={text.confirmTitle(chosen.name)}
          confirm={text.confirm}
          onConfirm={() => void confirm(chosen)}
          onCancel={() => setChosen(null)}
        >
          <p>{text.confirmText}</p>
        </ConfirmDialog>
      )}
    </Frame>
  );
}

function Names({ list, onChoose }: { list: CheckInList; onChoose: (entry: CheckInEntry) => void }) {
  const text = useCheckInText();
  const heading = useRef<HTMLHeadingElement>(null);
  const [search, setSearch] = useState('');
  useEffect(() => heading.current?.focus(), []);
  const wanted = plain(search);
  const found = list.delegates.filter(({ name, title }) => wanted === '' || plain(`${name} ${title}`).includes(wanted));
  return (
    <section className={styles.names}>
      <h1 ref={heading} tabIndex={-1}>
        {text.title}
      </h1>
      <p>{list.title}</p>
      <p>{text.lead(list.point)}</p>
      {list.delegates.length > MANY && (
        <TextField label={text.find} type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
      )}
      {list.delegates.length === 0 && <p>{text.empty}</p>}
      {list.delegates.length > 0 && found.length === 0 && <p>{text.none}</p>}
      <ul aria-label={text.pick}>
        {found.map((entry) => (
          <li key={entry.id}>
            <button type="button" disabled={entry.checkedIn} data-delegate={entry.id} onClick={() => onChoose(entry)}>
              <strong>{entry.name}</strong>
              <span>{entry.title}</span>
              {entry.checkedIn && (
                <span className={styles.done}>
                  <Icon name="levelGreen" size={18} /> {text.already}
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
