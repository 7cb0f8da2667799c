// The papers to take away: every format there is, in both languages, with or without the server's signature.
import { useEffect, useState } from 'react';

import { ask } from '../api/client';
import type { PaperInfo, Report, TableName } from '../api/schema';
import { wordsOf } from '../api/words';
import { useApi } from '../app/api';
import { useSpeech } from '../i18n';
import { useReportText } from '../i18n/report';
import { Button } from '../ui/Button';
import { Checkbox, SelectField } from '../ui/Field';
import { Icon } from '../ui/Icon';
import { tell } from '../ui/toasts';
import { extensionOf, LEDGER, offersOf, takeAway, type Wish } from './papers';
import styles from './report.module.css';

const LANGUAGES = ['vi', 'en'] as const;

export function PapersCard({ report }: { report: Report }) {
  const { text: core, language } = useSpeech();
  const { papers: text } = useReportText();
  const api = useApi();
  const { id } = report.meeting;
  const [lang, setLang] = useState(language);
  const [sign, setSign] = useState(false);
  const [papers, setPapers] = useState<PaperInfo[]>([]);
  const [busy, setBusy] = useState<string | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    // Their titles are in the language of the page; the papers in the one that is chosen.
    const params = { path: { id }, query: { lang: language } };
    void ask((signal) => api.GET('/api/v1/meetings/{id}/papers', { params, signal }), abort.signal).then((answer) => {
      if (abort.signal.aborted) return;
      if (answer.ok) setPapers(answer.value);
      else tell(wordsOf(answer.refusal, core), { tone: 'bad' });
    });
    return () => abort.abort();
  }, [api, id, language, core]);

  const take = async (title: string, wish: Wish) => {
    setBusy(title);
    const taken = await takeAway(api, id, wish);
    setBusy(null);
    if (taken.ok) tell(text.done(taken.name));
    else tell(wordsOf(taken.refusal, core), { tone: 'bad' });
  };
  const tables = papers.find(({ tables: of }) => of.length > 0);
  return (
    <section className={styles.card}>
      <h2>{text.title}</h2>
      {report.provisional && <p className={styles.soft}>{text.provisional}</p>}
      <SelectField label={text.language} value={lang} onChange={(event) => setLang(event.target.value === 'en' ? 'en' : 'vi')}>
        {LANGUAGES.map((name) => (
          <option key={name} value={name}>
            {text.languages[name]}
          </option>
        ))}
      </SelectField>
      <Checkbox label={text.sign} hint={text.signHint} checked={sign} onChange={(event) => setSign(event.target.checked)} />
      {papers.length === 0 ? (
        <p role="status">{text.loading}</p>
      ) : (
        <ul className={styles.papers}>
          {offersOf(papers).map(({ key, title, wish: offered, info }) => {
            const wish = { ...offered, lang, sign: sign && offered.format !== LEDGER };
            const extension = extensionOf(info, wish);
            return (
              <li key={key}>
                <PaperButton paper={key} title={title} extension={extension} disabled={busy !== null} onTake={() => void take(title, wish)} />
              </li>
            );
          })}
        </ul>
      )}
      {tables && (
        <details className={styles.tables}>
          <summary>{text.tables}</summary>
          <ul className={styles.papers}>
            {tables.tables.map(({ table, title }) => (
              <li key={table}>
                <PaperButton
                  paper={`csv/${table satisfies TableName}`}
                  title={title}
                  extension={extensionOf(tables, { table, sign })}
                  disabled={busy !== null}
                  onTake={() => void take(title, { format: tables.format, table, lang, sign })}
                />
              </li>
            ))}
          </ul>
        </details>
      )}
      <p className="visually-hidden" role="status">
        {busy !== null && text.preparing(busy)}
      </p>
    </section>
  );
}

interface PaperProps {
  paper: string;
  title: string;
  extension: string;
  disabled: boolean;
  onTake: () => void;
}

function PaperButton({ paper, title, extension, disabled, onTake }: PaperProps) {
  const { papers: text } = useReportText();
  const purpose = (text.purpose as Partial<Record<string, string>>)[paper];
  return (
    <Button className={styles.paper} data-paper={paper} disabled={disabled} onClick={onTake}>
      <Icon name="download" size={18} />
      <span>
        <span className="visually-hidden">{text.download} </span>
        {title}
        {purpose !== undefined && <em>{purpose}</em>}
      </span>
      <small>{extension.toUpperCase()}</small>
    </Button>
  );
}
