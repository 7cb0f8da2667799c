// Who changed the directory when, the newest first.
import { useCallback, useEffect, useState } from 'react';

import { ask } from '../../api/client';
import type { Refusal } from '../../api/refusal';
import type { DirectoryChange } from '../../api/schema';
import { wordsOf } from '../../api/words';
import { useApi } from '../../app/api';
import { useText } from '../../i18n';
import { useDirectoryText, type DirectoryMessages } from '../../i18n/directory';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import tables from '../../ui/tables.module.css';
import styles from './DirectoryPage.module.css';
import { CHANGES } from './importing';

const PAGE = 50;

export function HistoryDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { changes: words, files } = useDirectoryText();
  const api = useApi();
  const [changes, setChanges] = useState<readonly DirectoryChange[] | null>(null);
  const [hasMore, setHasMore] = useState(true);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  const read = useCallback(
    async (before?: number) => {
      const answer = await ask((signal) => api.GET('/api/v1/directory/changes', { params: { query: { before, limit: PAGE } }, signal }));
      if (!answer.ok) {
        setRefusal(answer.refusal);
        return;
      }
      setChanges((known) => [...((before !== undefined && known) || []), ...answer.value]);
      setHasMore(answer.value.length === PAGE);
    },
    [api],
  );
  useEffect(() => void read(), [read]);

  const at = new Intl.DateTimeFormat(text.locale, { dateStyle: 'short', timeStyle: 'short' });
  return (
    <Dialog title={words.title} onClose={onClose} wide>
      {refusal && <p role="alert">{wordsOf(refusal, text)}</p>}
      {changes === null && !refusal && <p role="status">{text.app.loading}</p>}
      {changes?.length === 0 && <p>{words.none}</p>}
      {changes !== null && changes.length > 0 && (
        <div className={`${tables.scroll} ${styles.rows}`} role="region" aria-label={words.title} tabIndex={0}>
          <table className={tables.table}>
            <thead>
              <tr>
                <th scope="col">{words.at}</th>
                <th scope="col">{words.by}</th>
                <th scope="col">{words.what}</th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <tr key={change.revision}>
                  <th scope="row" className={styles.when}>
                    {at.format(new Date(change.at))}
                  </th>
                  <td>{change.by}</td>
                  <td>
                    {change.subject ? words.byHand(change.subject) : words.ofFile(change.fileName || words.unnamed)}
                    <small>{countsOf(change, files)}</small>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className={styles.buttons}>
        {hasMore && changes !== null && changes.length > 0 && <Button onClick={() => void read(changes.at(-1)?.revision)}>{words.more}</Button>}
        <Button tone="primary" data-first onClick={onClose}>
          {text.dialog.close}
        </Button>
      </div>
    </Dialog>
  );
}

function countsOf(change: DirectoryChange, files: DirectoryMessages['files']): string {
  const said = CHANGES.filter((name) => change[name] > 0).map((name) => files.counts[name](change[name]));
  return `${files.kinds[change.of]}: ${said.join(', ')}`;
}
