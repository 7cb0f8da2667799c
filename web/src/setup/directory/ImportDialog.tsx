// A file into the directory: checked, shown, taken when the person says so, and taken back if need be.
import { useEffect, useId, useReducer, useRef, useState, type ChangeEvent } from 'react';

import type { FileFaults, Refusal } from '../../api/refusal';
import type { ChangeCounts, ChangedEntry, DirectoryKind, ImportReport } from '../../api/schema';
import { wordsOf } from '../../api/words';
import { useApi } from '../../app/api';
import { useText } from '../../i18n';
import { useDirectoryText, type DirectoryMessages } from '../../i18n/directory';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Checkbox, SelectField } from '../../ui/Field';
import tables from '../../ui/tables.module.css';
import { tell } from '../../ui/toasts';
import styles from './ImportDialog.module.css';
import { putBack, previewFile, snapshot, takeFile, type Snapshot } from './files';
import { BEGIN, changeCount, COUNTS, MAX_FILE_BYTES, nextImport, type Importing, type Loaded } from './importing';

const KINDS: readonly DirectoryKind[] = ['units', 'delegates'];
/** More rows than these nobody reads; the counts tell the rest. */
const SHOWN = 200;

interface Props {
  onClose: () => void;
  /** The directory is not as before. */
  onChanged: () => void;
}

export function ImportDialog({ onClose: close, onChanged }: Props) {
  const text = useText();
  const { files } = useDirectoryText();
  const api = useApi();
  const [now, step] = useReducer(nextImport, BEGIN);
  const [kind, setKind] = useState<DirectoryKind>('units');
  const [replace, setReplace] = useState(false);
  const [file, setFile] = useState<Loaded | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const before = useRef<Snapshot | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const fileLabel = useId();

  // What comes of a file that is being taken is worth waiting for.
  const onClose = () => now.is !== 'taking' && close();
  const choose = (next: { kind?: DirectoryKind; replace?: boolean; file?: Loaded }) => {
    const wish = { kind, replace, file, ...next };
    setKind(wish.kind);
    setReplace(wish.replace);
    setFile(wish.file);
    if (wish.file) step({ do: 'choose', wish: { ...wish, file: wish.file } });
  };
  const read = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const chosen = target.files?.[0];
    // The same file again is another wish: it may have been put right since.
    target.value = '';
    if (!chosen) return;
    setTrouble(null);
    if (chosen.size > MAX_FILE_BYTES) {
      setTrouble(files.tooLarge);
      return;
    }
    try {
      choose({ file: { name: chosen.name, content: await chosen.arrayBuffer() } });
    } catch {
      setTrouble(files.unreadable);
    }
  };

  const checking = now.is === 'checking' ? now.wish : null;
  useEffect(() => {
    if (checking === null) return;
    void previewFile(api, checking).then((answer) =>
      step(answer.ok ? { do: 'show', wish: checking, preview: answer.value } : { do: 'refuse', wish: checking, refusal: answer.refusal }),
    );
    // The same wish is checked again after somebody else's change: by another state.
  }, [api, checking, now]);

  const take = async () => {
    if (now.is !== 'shown') return;
    const { wish, preview } = now;
    step({ do: 'take' });
    const kept = await snapshot(api);
    if ('kind' in kept) {
      step({ do: 'refuse', wish, refusal: kept });
      return;
    }
    before.current = kept;
    const answer = await takeFile(api, wish, preview.etag);
    if (!answer.ok) {
      step({ do: 'refuse', wish, refusal: answer.refusal });
      return;
    }
    step({ do: 'taken', report: answer.value });
    onChanged();
  };

  return (
    <Dialog title={now.is === 'done' ? files.done : files.title} onClose={onClose} wide>
      {now.is === 'done' ? (
        <Done now={now} before={before.current} onChanged={onChanged} onClose={onClose} onAnother={() => step({ do: 'restart' })} />
      ) : (
        <>
          <p className={styles.lead}>{files.text}</p>
          <div className={styles.fields}>
            <SelectField label={files.kind} hint={files.columns[kind]} value={kind} onChange={(event) => choose({ kind: event.target.value as DirectoryKind })} data-first>
              {KINDS.map((name) => (
                <option key={name} value={name}>
                  {files.kinds[name]}
                </option>
              ))}
            </SelectField>
            <div className={styles.file}>
              <p id={fileLabel}>{files.file}</p>
              {/* The browser's own field speaks the language of the browser, not of the page. */}
              <input
                ref={input}
                type="file"
                hidden
                accept=".csv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                onChange={(event) => void read(event)}
              />
              <div className={styles.chosen}>
                <Button aria-describedby={fileLabel} onClick={() => input.current?.click()}>
                  {file ? files.chooseAgain : files.choose}
                </Button>
                <span>{file?.name ?? files.noFile}</span>
              </div>
              {trouble && <p role="alert">{trouble}</p>}
            </div>
          </div>
          <Checkbox label={files.replace} hint={files.replaceHint} checked={replace} onChange={(event) => choose({ replace: event.target.checked })} />
          <Findings now={now} />
          <div className={styles.buttons}>
            <Button disabled={now.is === 'taking'} onClick={onClose}>
              {text.dialog.cancel}
            </Button>
            <Button
              tone="primary"
              disabled={now.is !== 'shown' || (changeCount(now.preview.report.counts) === 0 && !now.preview.report.reordered)}
              onClick={() => void take()}
            >
              {now.is === 'taking' ? files.taking : files.take}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

function Findings({ now }: { now: Importing }) {
  const text = useText();
  const { files } = useDirectoryText();
  const status =
    now.is === 'checking'
      ? files.reading
      : now.is === 'faulty'
        ? files.faults(now.faults.errorCount)
        : now.is === 'refused'
          ? wordsOf(now.refusal, text)
          : now.is === 'shown' || now.is === 'taking'
            ? summary(now.preview.report, files)
            : null;
  return (
    <>
      {/* There before its content, so that what comes is read out. */}
      <p role="status" className={styles.status} data-bad={now.is === 'faulty' || now.is === 'refused'}>
        {now.is === 'shown' && now.again ? `${files.stale} ${status}` : status}
      </p>
      {now.is === 'faulty' && <FaultTable faults={now.faults} />}
      {(now.is === 'shown' || now.is === 'taking') && <Report report={now.preview.report} />}
    </>
  );
}

function summary({ counts, reordered }: ImportReport, files: DirectoryMessages['files']): string {
  if (changeCount(counts) === 0 && !reordered) return files.nothing;
  return `${countWords(counts, files)}.`;
}

const countWords = (counts: ChangeCounts, files: DirectoryMessages['files']): string =>
  COUNTS.filter((name) => counts[name] > 0)
    .map((name) => files.counts[name](counts[name]))
    .join(', ');

function FaultTable({ faults: { errors, errorCount } }: { faults: FileFaults }) {
  const { files } = useDirectoryText();
  return (
    <>
      {errors.length < errorCount && <p className={styles.lead}>{files.faultsShown(errors.length)}</p>}
      <div className={`${tables.scroll} ${styles.rows}`} role="region" aria-label={files.fault} tabIndex={0}>
        <table className={tables.table}>
          <thead>
            <tr>
              <th scope="col">{files.row}</th>
              <th scope="col">{files.column}</th>
              <th scope="col">{files.fault}</th>
            </tr>
          </thead>
          <tbody>
            {errors.map(({ row, column, heading, detail }, index) => (
              <tr key={index}>
                <th scope="row">{row ?? files.whole}</th>
                <td>{heading ?? (column ? files.fields[column] : '')}</td>
                <td>{detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Report({ report }: { report: ImportReport }) {
  const { files } = useDirectoryText();
  const { counts, notices, ignoredColumns, reordered } = report;
  const changes = report.changes ?? [];
  const shown = changes.slice(0, SHOWN);
  const all = changeCount(counts);
  return (
    <>
      {reordered && <p className={styles.lead}>{files.reordered}</p>}
      {ignoredColumns.length > 0 && <p className={styles.lead}>{files.ignored(ignoredColumns.join(', '))}</p>}
      {notices.length > 0 && (
        <section className={styles.notices}>
          <h3>{files.notices}</h3>
          <ul>
            {notices.map(({ detail }, index) => (
              <li key={index}>{detail}</li>
            ))}
          </ul>
        </section>
      )}
      {shown.length > 0 && (
        <>
          {shown.length < all && <p className={styles.lead}>{files.changesShown(shown.length, all)}</p>}
          <div className={`${tables.scroll} ${styles.rows}`} role="region" aria-label={files.changes} tabIndex={0}>
            <table className={tables.table}>
              <thead>
                <tr>
                  <th scope="col">{files.change}</th>
                  <th scope="col">{files.code}</th>
                  <th scope="col">{files.name}</th>
                  <th scope="col">{files.details}</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((entry) => (
                  <tr key={entry.id} data-change={entry.change}>
                    <td className={styles.change}>{files.kindsOf[entry.change]}</td>
                    <td>{entry.id}</td>
                    <th scope="row">{entry.name}</th>
                    <td>{details(entry, files)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </>
  );
}

/** What is added says all of itself; of what is changed, what was and what will be. */
function details({ change, fields }: ChangedEntry, files: DirectoryMessages['files']): string {
  return fields
    .filter(({ column }) => change === 'changed' || (column !== 'id' && column !== 'name'))
    .map(({ column, before, after }) =>
      change === 'changed'
        ? `${files.fields[column]}: ${before || files.nothingBefore} → ${after || files.nothingBefore}`
        : `${files.fields[column]}: ${after}`,
    )
    .join('; ');
}

interface DoneProps {
  now: Extract<Importing, { is: 'done' }>;
  before: Snapshot | null;
  onChanged: () => void;
  onClose: () => void;
  onAnother: () => void;
}

function Done({ now, before, onChanged, onClose, onAnother }: DoneProps) {
  const text = useText();
  const { files } = useDirectoryText();
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  // A list that was empty is no file, and delegates have no root by which they go.
  const canUndo = before !== null && (now.wish.kind === 'units' || before.delegates !== null);
  const undo = async () => {
    if (before === null || busy) return;
    setBusy(true);
    const refused = await putBack(api, before, now.revision);
    setBusy(false);
    onChanged();
    if (refused) {
      setRefusal(refused);
      return;
    }
    tell(files.undone);
    onClose();
  };
  const stale = refusal?.kind === 'problem' && refusal.name === 'stale';
  return (
    <>
      <p>{files.doneText(now.wish.file.name)}</p>
      <p className={styles.status}>{countWords(now.counts, files)}</p>
      {refusal && <p role="alert">{stale ? files.noUndo : wordsOf(refusal, text)}</p>}
      <div className={styles.buttons}>
        {canUndo && (
          <Button tone="danger" disabled={busy || stale} onClick={() => void undo()}>
            {busy ? files.undoing : files.undo}
          </Button>
        )}
        <Button disabled={busy} onClick={onAnother}>
          {files.another}
        </Button>
        <Button tone="primary" disabled={busy} data-first onClick={onClose}>
          {text.dialog.close}
        </Button>
      </div>
    </>
  );
}
