// The administrators, for one another.
import { useCallback, useEffect, useState, type FormEvent } from 'react';

import { ask } from '../api/client';
import type { Refusal } from '../api/refusal';
import type { Administrator, OneTimeLink } from '../api/schema';
import { wordsOf } from '../api/words';
import { useApi } from '../app/api';
import { useText } from '../i18n';
import { useAccountText } from '../i18n/account';
import { day } from '../ui/dates';
import { Button } from '../ui/Button';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Dialog } from '../ui/Dialog';
import { Checkbox, TextField } from '../ui/Field';
import { PageHead } from '../ui/PageHead';
import tables from '../ui/tables.module.css';
import { tell } from '../ui/toasts';
import styles from './AdministratorsPage.module.css';
import { useAdministrator } from './useAdministrator';

export default function AdministratorsPage() {
  const text = useText();
  const { administrators: words } = useAccountText();
  const api = useApi();
  const who = useAdministrator();
  const [list, setList] = useState<Administrator[] | null>(null);
  const [dialog, setDialog] = useState<{ is: 'add' } | { is: 'link'; link: OneTimeLink } | { is: 'revoke'; name: string } | null>(null);
  const [withRevoked, setWithRevoked] = useState(false);
  const [busy, setBusy] = useState(false);

  const load = useCallback(async () => {
    const answer = await ask((signal) => api.GET('/api/v1/administrators', { signal }));
    if (answer.ok) setList(answer.value);
    else tell(wordsOf(answer.refusal, text), { tone: 'bad' });
  }, [api, text]);
  useEffect(() => void load(), [load]);

  const reset = async (name: string) => {
    const answer = await ask((signal) => api.POST('/api/v1/administrators/{name}/link', { params: { path: { name } }, signal }));
    if (answer.ok) setDialog({ is: 'link', link: answer.value });
    else tell(wordsOf(answer.refusal, text), { tone: 'bad' });
    await load();
  };
  const revoke = async (name: string) => {
    setBusy(true);
    const answer = await ask((signal) => api.DELETE('/api/v1/administrators/{name}', { params: { path: { name } }, signal }));
    setBusy(false);
    setDialog(null);
    if (answer.ok) tell(words.gone(name));
    else tell(wordsOf(answer.refusal, text), { tone: 'bad' });
    await load();
  };

  const own = who.is === 'administrator' ? who.name : null;
  const shown = list?.filter((one) => withRevoked || !one.revokedAt) ?? null;
  return (
    <>
      <PageHead title={words.title} lead={words.lead}>
        <Button tone="primary" onClick={() => setDialog({ is: 'add' })}>
          {words.add}
        </Button>
      </PageHead>
      {shown === null ? (
        <p role="status">{text.app.loading}</p>
      ) : (
        <div className={tables.scroll} role="region" aria-label={words.title} tabIndex={0}>
          <table className={tables.table}>
            <thead>
              <tr>
                <th scope="col">{words.name}</th>
                <th scope="col">{words.state}</th>
                <th scope="col">{words.since}</th>
                <th scope="col">{words.actions}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <tr key={`${one.name}/${one.madeAt}`}>
                  <th scope="row">
                    {one.name} {one.name === own && <small>({words.you})</small>}
                  </th>
                  <td>{one.revokedAt ? words.revoked : one.passwordAt ? words.active : words.waiting}</td>
                  <td>{day(one.madeAt, text.locale)}</td>
                  <td className={styles.actions}>
                    {!one.revokedAt && (
                      <>
                        <Button size="small" aria-label={`${words.reset}: ${one.name}`} onClick={() => void reset(one.name)}>
                          {words.reset}
                        </Button>
                        <Button tone="danger" size="small" aria-label={`${words.revoke}: ${one.name}`} onClick={() => setDialog({ is: 'revoke', name: one.name })}>
                          {words.revoke}
                        </Button>
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Checkbox label={words.showRevoked} checked={withRevoked} onChange={(event) => setWithRevoked(event.target.checked)} />
      {dialog?.is === 'add' && (
        <AddDialog
          onClose={() => setDialog(null)}
          onAdded={(link) => {
            setDialog({ is: 'link', link });
            void load();
          }}
        />
      )}
      {dialog?.is === 'link' && <LinkDialog link={dialog.link} onClose={() => setDialog(null)} />}
      {dialog?.is === 'revoke' && (
        <ConfirmDialog
          title={words.revokeTitle(dialog.name)}
          confirm={words.revoke}
          danger
          busy={busy}
          onConfirm={() => void revoke(dialog.name)}
          onCancel={() => setDialog(null)}
        >
          <p>{words.revokeText}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function AddDialog({ onClose, onAdded }: { onClose: () => void; onAdded: (link: OneTimeLink) => void }) {
  const text = useText();
  const { administrators: words, welcome } = useAccountText();
  const api = useApi();
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const answer = await ask((signal) => api.POST('/api/v1/administrators', { body: { name }, signal }));
    setBusy(false);
    if (answer.ok) onAdded(answer.value);
    else setRefusal(answer.refusal);
  };
  return (
    <Dialog title={words.add} onClose={onClose}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <TextField
          label={words.name}
          hint={welcome.nameHint}
          error={refusal && wordsOf(refusal, text)}
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          maxLength={40}
          required
          data-first
        />
        <div className={styles.buttons}>
          <Button onClick={onClose}>{text.dialog.cancel}</Button>
          <Button tone="primary" type="submit" disabled={busy}>
            {words.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function LinkDialog({ link, onClose }: { link: OneTimeLink; onClose: () => void }) {
  const { dialog } = useText();
  const { administrators: words } = useAccountText();
  const copy = () => {
    navigator.clipboard.writeText(link.link).then(() => tell(words.copied), () => {});
  };
  return (
    <Dialog title={words.linkTitle(link.name)} onClose={onClose}>
      <p>{words.linkText}</p>
      <p className={styles.link} translate="no">
        {link.link}
      </p>
      <div className={styles.buttons}>
        {/* Without TLS a page has no clipboard: the link can still be selected. */}
        {'clipboard' in navigator && <Button onClick={copy}>{words.copy}</Button>}
        <Button tone="primary" data-first onClick={onClose}>
          {dialog.close}
        </Button>
      </div>
    </Dialog>
  );
}
