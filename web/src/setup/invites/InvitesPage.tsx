// A meeting's invitations: who has one, who gets one, whose is worthless from now on.
import { useCallback, useEffect, useMemo, useState } from 'react';

import { ask } from '../../api/client';
import type { Refusal } from '../../api/refusal';
import type { Invite, Issued } from '../../api/schema';
import { wordsOf } from '../../api/words';
import { useApi } from '../../app/api';
import { guardLeaving, Link } from '../../app/navigation';
import { useText } from '../../i18n';
import { useInvitesText } from '../../i18n/invites';
import { useMeetingText } from '../../i18n/meeting';
import { Button } from '../../ui/Button';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { Checkbox, TextField } from '../../ui/Field';
import { Grid, type GridColumn } from '../../ui/Grid';
import { PageHead } from '../../ui/PageHead';
import { tell } from '../../ui/toasts';
import { useLeaveWarning } from '../../ui/useLeaveWarning';
import { Pending } from '../Pending';
import { wholePlan, type Plan } from '../plan/plan';
import { matching, NO_CODES, rooms, rowsOf, withIssued, withOne, withoutOne, withoutPlace, type InviteRow } from './invites';
import styles from './InvitesPage.module.css';
import { Sheets } from './Sheets';

type Asking = { is: 'reissue'; places: string[] } | { is: 'revoke'; row: InviteRow } | { is: 'leave'; go: () => void };

export default function InvitesPage({ id }: { id: string }) {
  const text = useText();
  const words = useInvitesText();
  const { seats: seatWords } = useMeetingText();
  const api = useApi();
  const [plan, setPlan] = useState<Plan | null>(null);
  const [invites, setInvites] = useState<readonly Invite[] | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [codes, setCodes] = useState(NO_CODES);
  const [withCheckIn, setWithCheckIn] = useState(false);
  const [search, setSearch] = useState('');
  const [asking, setAsking] = useState<Asking | null>(null);
  const [printing, setPrinting] = useState(false);
  const [busy, setBusy] = useState(false);

  const load = useCallback(async () => {
    const params = { path: { id } };
    const [meeting, list] = await Promise.all([
      ask((signal) => api.GET('/api/v1/meetings/{id}', { params, signal })),
      ask((signal) => api.GET('/api/v1/meetings/{id}/invites', { params, signal })),
    ]);
    if (!meeting.ok) return setRefusal(meeting.refusal);
    if (!list.ok) return setRefusal(list.refusal);
    setRefusal(null);
    setPlan(wholePlan(meeting.value));
    setInvites(list.value);
  }, [api, id]);
  useEffect(() => void load(), [load]);

  const hasCodes = codes.seats.size + codes.checkIns.size > 0;
  useLeaveWarning(hasCodes);
  useEffect(() => {
    if (!hasCodes) return;
    return guardLeaving((_, go) => {
      setAsking({ is: 'leave', go });
      return false;
    });
  }, [hasCodes]);

  const rows = useMemo(() => (plan && invites ? rowsOf(plan, invites, seatWords) : []), [plan, invites, seatWords]);
  const shown = useMemo(() => matching(rows, search), [rows, search]);
  const missing = useMemo(() => withoutOne(rows), [rows]);
  const live = useMemo(() => withOne(rows), [rows]);

  const request = (places: string[], kind: Invite['kind']) =>
    ask((signal) => api.POST('/api/v1/meetings/{id}/invites', { params: { path: { id } }, body: { places, kind, qr: true }, signal }));
  const issue = async (places: string[]) => {
    if (busy || places.length === 0) return;
    setBusy(true);
    const answer = await request(places, 'seat');
    let refused = answer.ok ? null : answer.refusal;
    // What was issued is shown in any case: it is not shown again.
    if (answer.ok) setCodes((before) => withIssued(before, 'seat', answer.value));
    const hosts = rooms(places);
    if (answer.ok && withCheckIn && hosts.length > 0) {
      const more = await request(hosts, 'check-in');
      if (more.ok) setCodes((before) => withIssued(before, 'check-in', more.value));
      else refused = more.refusal;
    }
    setBusy(false);
    setAsking(null);
    if (refused) tell(wordsOf(refused, text), { tone: 'bad' });
    else tell(words.issued(places.length));
    await load();
  };
  const revoke = async ({ id: place, name }: InviteRow) => {
    setBusy(true);
    const params = { path: { id, place } };
    const answer = await ask((signal) => api.DELETE('/api/v1/meetings/{id}/invites/{place}', { params, signal }));
    setBusy(false);
    setAsking(null);
    if (answer.ok) {
      setCodes((before) => withoutPlace(before, place));
      tell(words.revoked(name));
    } else tell(wordsOf(answer.refusal, text), { tone: 'bad' });
    await load();
  };

  const day = (at: string) => new Date(at).toLocaleDateString(text.locale, { timeZone: plan?.zone, day: '2-digit', month: '2-digit', year: 'numeric' });
  const columns: GridColumn<InviteRow>[] = [
    {
      id: 'name', label: words.place, share: 4, leastRem: 12, isName: true,
      cell: ({ name, depth }) => <span style={{ paddingInlineStart: `${depth * 1.2}rem` }}>{name}</span>,
    },
    { id: 'detail', label: words.detail, share: 3, leastRem: 10, cell: ({ detail }) => <span>{detail}</span> },
    {
      id: 'state', label: words.state, share: 3, leastRem: 11.5,
      cell: ({ state, hasCheckIn }) => (
        <span data-state={state.is} className={styles.state}>
          {state.is === 'none' ? words.states.none : words.states[state.is](day(state.since))}
          {hasCheckIn && <small>{words.checkIn}</small>}
        </span>
      ),
    },
    {
      id: 'code', label: words.code, share: 2, leastRem: 11.5,
      cell: ({ id: place }) => (
        <strong className={styles.code} translate="no">
          {codes.seats.get(place)?.code}
        </strong>
      ),
    },
    {
      id: 'actions', label: words.actions, share: 5, leastRem: 23,
      cell: (row) => <RowActions row={row} issued={codes.seats.get(row.id)} busy={busy} onIssue={(places) => void issue(places)} onAsk={setAsking} />,
    },
  ];

  if (plan !== null && printing) return <Sheets plan={plan} rows={rows} codes={codes} onBack={() => setPrinting(false)} />;
  return (
    <>
      <PageHead title={plan ? `${words.title}: ${plan.title}` : words.title} lead={words.lead}>
        {codes.seats.size > 0 && (
          <Button tone="primary" onClick={() => setPrinting(true)}>
            {words.print(codes.seats.size)}
          </Button>
        )}
      </PageHead>
      {(plan === null || refusal) && <Pending refusal={refusal} onRetry={() => void load()} />}
      {plan !== null && invites !== null && (
        <>
          <div className={styles.tools}>
            <TextField label={words.search} type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
            <Checkbox label={words.withCheckIn} hint={words.withCheckInHint} checked={withCheckIn} onChange={(event) => setWithCheckIn(event.target.checked)} />
            <div className={styles.ways}>
              <Button tone={codes.seats.size > 0 ? 'plain' : 'primary'} disabled={busy || missing.length === 0} onClick={() => void issue(missing)}>
                {busy ? words.issuing : missing.length > 0 ? words.issueMissing(missing.length) : words.allIssued}
              </Button>
              {live.length > 0 && (
                <Button disabled={busy} onClick={() => setAsking({ is: 'reissue', places: live })}>
                  {words.reissueAll}
                </Button>
              )}
            </div>
          </div>
          <Grid label={words.title} columns={columns} items={shown} empty={<p>{words.notFound}</p>} />
          <p>
            <Link to={{ page: 'setup', place: { at: 'plan', id, step: 'review' } }}>{words.toPlan}</Link>
          </p>
        </>
      )}
      {asking?.is === 'reissue' && (
        <ConfirmDialog title={words.reissueTitle} confirm={words.reissue} danger busy={busy} onConfirm={() => void issue(asking.places)} onCancel={() => setAsking(null)}>
          <p>{words.reissueText(asking.places.length)}</p>
        </ConfirmDialog>
      )}
      {asking?.is === 'revoke' && (
        <ConfirmDialog
          title={words.revokeTitle(asking.row.name)}
          confirm={words.revoke}
          danger
          busy={busy}
          onConfirm={() => void revoke(asking.row)}
          onCancel={() => setAsking(null)}
        >
          <p>{words.revokeText}</p>
        </ConfirmDialog>
      )}
      {asking?.is === 'leave' && (
        <ConfirmDialog title={words.leaveTitle} confirm={words.leave} danger onConfirm={asking.go} onCancel={() => setAsking(null)}>
          <p>{words.leaveText}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

interface ActionProps {
  row: InviteRow;
  issued: Issued | undefined;
  busy: boolean;
  onIssue: (places: string[]) => void;
  onAsk: (asking: Asking) => void;
}

function RowActions({ row, issued, busy, onIssue, onAsk }: ActionProps) {
  const words = useInvitesText();
  const { id, name, state } = row;
  const copy = (link: string) => {
    navigator.clipboard.writeText(link).then(() => tell(words.copied), () => {});
  };
  return (
    <>
      {/* Without TLS a page has no clipboard: the sheet has the link. */}
      {issued && 'clipboard' in navigator && (
        <Button size="small" aria-label={words.copyOf(name)} onClick={() => copy(issued.link)}>
          {words.copy}
        </Button>
      )}
      {state.is === 'live' ? (
        <>
          <Button size="small" disabled={busy} aria-label={words.reissueOf(name)} onClick={() => onAsk({ is: 'reissue', places: [id] })}>
            {words.reissue}
          </Button>
          <Button size="small" tone="quiet" disabled={busy} aria-label={words.revokeOf(name)} onClick={() => onAsk({ is: 'revoke', row })}>
            {words.revoke}
          </Button>
        </>
      ) : (
        <Button size="small" disabled={busy} aria-label={words.issueOf(name)} onClick={() => onIssue([id])}>
          {words.issue}
        </Button>
      )}
    </>
  );
}
