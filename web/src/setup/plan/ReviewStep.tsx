// The plan at a glance, what is still wrong with it, and its publication.
import { useState } from 'react';

import { ask, onlyOnce } from '../../api/client';
import type { Command } from '../../api/schema';
import { wordsOf } from '../../api/words';
import { useApi } from '../../app/api';
import { Link } from '../../app/navigation';
import { useText } from '../../i18n';
import { usePlanText, type PlanMessages } from '../../i18n/plan';
import { whenOf } from '../../join/when';
import { Button } from '../../ui/Button';
import { TextArea } from '../../ui/Field';
import { FormDialog } from '../../ui/FormDialog';
import { tell } from '../../ui/toasts';
import { plannedMinutes, type Plan } from './plan';
import styles from './steps.module.css';
import type { Trouble, What } from './troubles';
import type { PlanDraft } from './usePlan';

interface Props {
  plan: Plan;
  draft: PlanDraft;
  troubles: readonly Trouble[];
}

export function ReviewStep({ plan, draft, troubles }: Props) {
  const text = useText();
  const { review, steps, phase: phases, troubles: sayings } = usePlanText();
  const api = useApi();
  const [withdrawing, setWithdrawing] = useState(false);
  const [busy, setBusy] = useState(false);
  const { phase, dirty } = draft;
  const wrong = troubles.some(({ grade }) => grade === 'wrong');

  const command = async (body: Command, done: string) => {
    if (busy) return;
    setBusy(true);
    const params = { path: { id: plan.id }, header: onlyOnce() };
    const answer = await ask((signal) => api.POST('/api/v1/meetings/{id}/commands', { params, body, signal }));
    if (answer.ok) {
      tell(done);
      setWithdrawing(false);
    } else {
      tell(wordsOf(answer.refusal, text), { tone: 'bad' });
    }
    await draft.reload();
    setBusy(false);
  };

  const starts = new Date(plan.startsAt);
  const when = Number.isNaN(starts.getTime()) ? null : whenOf(starts, plan.zone, text.locale);
  return (
    <div className={styles.columns}>
      <div className={styles.panel}>
        <h2>{review.facts}</h2>
        <dl className={styles.facts}>
          <dt>{review.when}</dt>
          <dd>{when && `${when.time}, ${when.date} (${when.offset})`}</dd>
          <dt>{review.hub}</dt>
          <dd>{plan.points.find(({ id }) => id === plan.hub)?.name}</dd>
          <dt>{review.chair}</dt>
          <dd>{plan.officers.chair?.name ?? review.noChair}</dd>
          <dt>{review.points}</dt>
          <dd>{plan.points.length.toLocaleString(text.locale)}</dd>
          <dt>{review.delegates}</dt>
          <dd>{plan.delegates.length.toLocaleString(text.locale)}</dd>
          <dt>{review.agenda}</dt>
          <dd>{review.items(plan.agenda.length, plannedMinutes(plan.agenda) || 0)}</dd>
          <dt>{review.phase}</dt>
          <dd>{phase && phases[phase]}</dd>
        </dl>
        <p>{review.version(draft.version)}</p>
      </div>
      <div className={styles.panel}>
        {phase === 'draft' && (
          <p className={styles.verdict} data-wrong={wrong}>
            {wrong ? review.notReady : review.ready}
          </p>
        )}
        {troubles.length > 0 && (
          <>
            <h2>{review.look}</h2>
            <ul className={styles.troubles}>
              {troubles.map(({ step, grade, what }) => (
                <li key={JSON.stringify(what)} data-grade={grade}>
                  <span>{say(sayings, what)}</span>
                  <Link to={{ page: 'setup', place: { at: 'plan', id: plan.id, step } }} aria-label={`${review.go}: ${steps[step]}`}>
                    {steps[step]}
                  </Link>
                </li>
              ))}
            </ul>
          </>
        )}
        {phase === 'draft' && (
          <>
            <p>{dirty ? review.saveFirst : review.publishText}</p>
            <div>
              <Button tone="primary" disabled={dirty || wrong || busy} onClick={() => void command({ do: 'publish' }, review.published)}>
                {review.publish}
              </Button>
            </div>
          </>
        )}
        {(phase === 'line-check' || phase === 'open' || phase === 'paused') && <p>{review.running}</p>}
        {phase !== 'closed' && (
          <div className={styles.foot}>
            <Link to={{ page: 'setup', place: { at: 'invites', id: plan.id } }}>{review.invites}</Link>
            {phase === 'published' && (
              <Button tone="danger" disabled={busy || dirty} onClick={() => setWithdrawing(true)}>
                {review.withdraw}
              </Button>
            )}
          </div>
        )}
      </div>
      {withdrawing && (
        <WithdrawDialog busy={busy} onClose={() => setWithdrawing(false)} onDone={(reason) => void command({ do: 'withdraw', reason }, review.withdrawn)} />
      )}
    </div>
  );
}

function WithdrawDialog({ busy, onClose, onDone }: { busy: boolean; onClose: () => void; onDone: (reason: string) => void }) {
  const { review } = usePlanText();
  const [reason, setReason] = useState('');
  return (
    <FormDialog title={review.withdrawTitle} confirm={review.withdraw} danger disabled={busy} onSubmit={() => onDone(reason)} onDone={onClose}>
      <p>{review.withdrawText}</p>
      <TextArea label={review.reason} value={reason} onChange={(event) => setReason(event.target.value)} maxLength={300} data-first />
    </FormDialog>
  );
}

function say(sayings: PlanMessages['troubles'], what: What): string {
  const saying = sayings[what.is] as string | ((facts: What) => string);
  return typeof saying === 'string' ? saying : saying(what);
}
