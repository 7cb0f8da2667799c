// The meetings: those to come, and those that were.
import { useCallback, useEffect, useMemo, useState } from 'react';

import { ask, onlyOnce, type Api } from '../api/client';
import type { Refusal } from '../api/refusal';
import type { Meeting, MeetingSummary } from '../api/schema';
import { wordsOf } from '../api/words';
import { useApi } from '../app/api';
import { Link, navigate } from '../app/navigation';
import { useText } from '../i18n';
import { usePlanText } from '../i18n/plan';
import { whenOf } from '../join/when';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { TextField } from '../ui/Field';
import { FormDialog } from '../ui/FormDialog';
import { instantOf, wallTime } from '../ui/localTime';
import { PageHead } from '../ui/PageHead';
import { Pending } from './Pending';
import tables from '../ui/tables.module.css';
import { tell } from '../ui/toasts';
import { CreateDialog } from './CreateDialog';
import { sortedMeetings } from './meetings';
import styles from './MeetingsPage.module.css';
import { likeThis, meetingIdOf, rehearsalTime, USUAL_ZONE, wholePlan } from './plan/plan';

type Asking = { is: 'create'; copyOf: string | null } | { is: 'rehearse'; meeting: MeetingSummary };

export default function MeetingsPage() {
  const text = useText();
  const { list } = usePlanText();
  const api = useApi();
  const [meetings, setMeetings] = useState<MeetingSummary[] | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [search, setSearch] = useState('');
  const [busy, setBusy] = useState(false);

  const load = useCallback(async () => {
    const all = await everyMeeting(api);
    setRefusal(Array.isArray(all) ? null : all);
    if (Array.isArray(all)) setMeetings(all);
  }, [api]);
  useEffect(() => void load(), [load]);

  const { upcoming, past } = useMemo(() => sortedMeetings(meetings ?? [], search, Date.now()), [meetings, search]);
  const taken = useMemo(() => new Set((meetings ?? []).map(({ id }) => id)), [meetings]);

  const rehearse = async (meeting: MeetingSummary, startsAt: string) => {
    if (busy) return;
    setBusy(true);
    const refused = await makeRehearsal(api, meeting, startsAt, list.rehearsal, taken);
    setBusy(false);
    setAsking(null);
    if (refused) tell(wordsOf(refused, text), { tone: 'bad' });
    else tell(list.rehearsalDone);
    await load();
  };

  const table = (rows: readonly MeetingSummary[], label: string) => (
    <div className={tables.scroll} role="region" aria-label={label} tabIndex={0}>
      {/* Roles in words: on a phone the rows are laid out as cards, and would be no table any more. */}
      <table className={`${tables.table} ${styles.table}`} role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader">{list.time}</th>
            <th role="columnheader">{list.name}</th>
            <th role="columnheader">{list.phase}</th>
            <th role="columnheader">{list.actions}</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((meeting) => (
            <MeetingRow
              key={meeting.id}
              meeting={meeting}
              onCopy={() => setAsking({ is: 'create', copyOf: meeting.id })}
              onRehearse={() => setAsking({ is: 'rehearse', meeting })}
            />
          ))}
        </tbody>
      </table>
    </div>
  );

  return (
    <>
      <PageHead title={list.title} lead={list.lead}>
        <Button tone="primary" onClick={() => setAsking({ is: 'create', copyOf: null })}>
          {list.add}
        </Button>
      </PageHead>
      {meetings === null ? (
        <Pending refusal={refusal} onRetry={() => void load()} />
      ) : meetings.length === 0 ? (
        <Empty title={list.none} text={list.noneText}>
          <Button tone="primary" onClick={() => setAsking({ is: 'create', copyOf: null })}>
            {list.add}
          </Button>
        </Empty>
      ) : (
        <>
          <div className={styles.search}>
            <TextField label={list.search} type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
          </div>
          {search !== '' && upcoming.length + past.length === 0 && <p role="status">{list.notFound}</p>}
          {(upcoming.length > 0 || search === '') && (
            <section>
              <h2 className={styles.heading}>{list.upcoming}</h2>
              {upcoming.length > 0 ? table(upcoming, list.upcoming) : <p>{list.noneLeft}</p>}
            </section>
          )}
          {past.length > 0 && (
            <section>
              <h2 className={styles.heading}>{list.past}</h2>
              {table(past, list.past)}
            </section>
          )}
        </>
      )}
      {asking?.is === 'create' && (
        <CreateDialog
          meetings={meetings ?? []}
          copyOf={asking.copyOf}
          onClose={() => setAsking(null)}
          onMade={(id) => navigate({ page: 'setup', place: { at: 'plan', id, step: 'facts' } })}
        />
      )}
      {asking?.is === 'rehearse' && (
        <RehearsalDialog
          meeting={asking.meeting}
          busy={busy}
          onDone={(startsAt) => void rehearse(asking.meeting, startsAt)}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}

interface RehearsalProps {
  meeting: MeetingSummary;
  busy: boolean;
  onDone: (startsAt: string) => void;
  onClose: () => void;
}

function RehearsalDialog({ meeting, busy, onDone, onClose }: RehearsalProps) {
  const { list } = usePlanText();
  const [starts, setStarts] = useState(() => wallTime(rehearsalTime(meeting.startsAt, Date.now()), USUAL_ZONE));
  const startsAt = instantOf(starts, USUAL_ZONE);
  return (
    <FormDialog
      title={list.rehearsalTitle}
      confirm={list.rehearse}
      disabled={busy || startsAt === ''}
      onSubmit={() => startsAt !== '' && onDone(startsAt)}
      onDone={onClose}
    >
      <p>
        <strong>{meeting.title}</strong>
      </p>
      <p>{list.rehearsalText}</p>
      <TextField label={list.rehearsalStarts} type="datetime-local" value={starts} onChange={(event) => setStarts(event.target.value)} data-first />
    </FormDialog>
  );
}

interface RowProps {
  meeting: MeetingSummary;
  onCopy: () => void;
  onRehearse: () => void;
}

function MeetingRow({ meeting, onCopy, onRehearse }: RowProps) {
  const { locale } = useText();
  const { list, phase } = usePlanText();
  const { id, title, number } = meeting;
  // The list does not tell a meeting's own zone: the time says which one it is in.
  const when = whenOf(new Date(meeting.startsAt), USUAL_ZONE, locale);
  const begun = meeting.phase === 'open' || meeting.phase === 'paused' || meeting.phase === 'closed';
  return (
    <tr data-meeting={id} role="row">
      <td role="cell" className={styles.when}>
        <strong>{`${when.time} (${when.offset})`}</strong>
        <span>{when.date}</span>
      </td>
      <th role="rowheader" className={styles.name}>
        <Link to={{ page: 'setup', place: { at: 'plan', id, step: 'facts' } }}>{title}</Link>
        {number && <small>{number}</small>}
      </th>
      <td role="cell">
        <span className={styles.phase} data-phase={meeting.phase}>
          {phase[meeting.phase]}
        </span>
      </td>
      <td role="cell">
        <div className={styles.actions}>
          {begun && <Link to={{ page: 'meeting', id, part: 'report' }}>{list.report}</Link>}
          {meeting.phase !== 'closed' && <Link to={{ page: 'setup', place: { at: 'invites', id } }}>{list.invites}</Link>}
          <Button size="small" aria-label={`${list.copy}: ${title}`} onClick={onCopy}>
            {list.copy}
          </Button>
          {!begun && (
            <Button size="small" aria-label={`${list.rehearse}: ${title}`} onClick={onRehearse}>
              {list.rehearse}
            </Button>
          )}
        </div>
      </td>
    </tr>
  );
}

/** Every page of the list. */
async function everyMeeting(api: Api): Promise<MeetingSummary[] | Refusal> {
  const all: MeetingSummary[] = [];
  let after: string | undefined;
  do {
    const query = { after };
    const answer = await ask((signal) => api.GET('/api/v1/meetings', { params: { query }, signal }));
    if (!answer.ok) return answer.refusal;
    all.push(...answer.value.meetings);
    after = answer.value.next ?? undefined;
  } while (after !== undefined);
  return all;
}

/** A copy of a meeting to try everything out with: marked in its name, with invites of its own. */
async function makeRehearsal(
  api: Api,
  meeting: MeetingSummary,
  startsAt: string,
  mark: string,
  taken: ReadonlySet<string>,
): Promise<Refusal | null> {
  const path = { id: meeting.id };
  const read = await ask((signal) => api.GET('/api/v1/meetings/{id}', { params: { path }, signal }));
  if (!read.ok) return read.refusal;
  const original: Meeting = read.value;
  const title = `${mark} ${original.title}`;
  const id = meetingIdOf(title, startsAt, taken);
  const body = likeThis(wholePlan(original), { id, title, startsAt });
  const made = await ask((signal) => api.POST('/api/v1/meetings', { params: { header: onlyOnce() }, body, signal }));
  return made.ok ? null : made.refusal;
}
