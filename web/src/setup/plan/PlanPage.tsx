// A meeting's plan, step by step: facts, points, delegates, agenda, rules, review.
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import { wordsOf } from '../../api/words';
import { guardLeaving, Link } from '../../app/navigation';
import { PLAN_STEPS, type PlanStep } from '../../app/route';
import { useText } from '../../i18n';
import { usePlanText } from '../../i18n/plan';
import { useLeaveWarning } from '../../ui/useLeaveWarning';
import { Button } from '../../ui/Button';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { Dialog } from '../../ui/Dialog';
import { PageHead } from '../../ui/PageHead';
import { tell } from '../../ui/toasts';
import { AgendaStep } from './AgendaStep';
import { DelegatesStep } from './DelegatesStep';
import { FactsStep } from './FactsStep';
import { Pending } from '../Pending';
import type { Plan, PlanEdit } from './plan';
import styles from './PlanPage.module.css';
import { PointsStep } from './PointsStep';
import { ReviewStep } from './ReviewStep';
import { RulesStep } from './RulesStep';
import { troublesOf, type Trouble } from './troubles';
import { usePlan, type PlanDraft } from './usePlan';

export interface StepProps {
  plan: Plan;
  edit: (edit: PlanEdit) => void;
}

export default function PlanPage({ id, step }: { id: string; step: PlanStep }) {
  const { steps, phase, save } = usePlanText();
  const draft = usePlan(id);
  const { plan, dirty } = draft;
  const troubles = useMemo(() => (plan ? troublesOf(plan) : []), [plan]);
  useLeaveWarning(dirty);
  const [leaving, setLeaving] = useState<{ go: () => void } | null>(null);
  useEffect(() => {
    if (!dirty) return;
    return guardLeaving((to, go) => {
      // From step to step everything stays; out of this plan it would be lost.
      const stays = to.page === 'setup' && to.place.at === 'plan' && to.place.id === id;
      if (!stays) setLeaving({ go });
      return stays;
    });
  }, [dirty, id]);

  // On a phone the steps are pushed aside: the one that is shown is in sight.
  const list = useRef<HTMLOListElement>(null);
  const shown = plan !== null;
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [step, shown]);

  if (plan === null) {
    return (
      <>
        <PageHead title={id} />
        <Pending refusal={draft.unreadable} onRetry={() => void draft.reload()} />
      </>
    );
  }
  const at = PLAN_STEPS.indexOf(step);
  const [previous, next] = [PLAN_STEPS[at - 1], PLAN_STEPS[at + 1]];
  return (
    <>
      <PageHead title={plan.title || id} lead={draft.phase && phase[draft.phase]} />
      <nav className={styles.steps} aria-label={steps.label}>
        <ol ref={list}>
          {PLAN_STEPS.map((name, index) => (
            <li key={name}>
              <Link to={{ page: 'setup', place: { at: 'plan', id, step: name } }} aria-current={name === step ? 'step' : undefined}>
                <span className={styles.number}>{index + 1}</span>
                <span>{steps[name]}</span>
                <Marks troubles={troubles.filter((trouble) => trouble.step === name)} />
              </Link>
            </li>
          ))}
        </ol>
      </nav>
      <section className={styles.step} aria-label={steps[step]}>
        <fieldset className={styles.fields} disabled={draft.phase === 'closed'}>
          <Step step={step} plan={plan} edit={draft.edit} draft={draft} troubles={troubles} />
        </fieldset>
      </section>
      <SaveBar draft={draft} troubles={troubles}>
        {previous && <Link to={{ page: 'setup', place: { at: 'plan', id, step: previous } }}>{steps.previous}</Link>}
        {next && <Link to={{ page: 'setup', place: { at: 'plan', id, step: next } }}>{steps.next}</Link>}
      </SaveBar>
      {draft.saving.is === 'conflict' && <ConflictDialog draft={draft} />}
      {leaving && (
        <ConfirmDialog title={save.dirty} confirm={save.leave} danger onConfirm={leaving.go} onCancel={() => setLeaving(null)}>
          <p>{save.leaveText}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

interface StepChoice extends StepProps {
  step: PlanStep;
  draft: PlanDraft;
  troubles: readonly Trouble[];
}

function Step({ step, plan, edit, draft, troubles }: StepChoice) {
  switch (step) {
    case 'facts':
      return <FactsStep plan={plan} edit={edit} />;
    case 'points':
      return <PointsStep plan={plan} edit={edit} />;
    case 'delegates':
      return <DelegatesStep plan={plan} edit={edit} />;
    case 'agenda':
      return <AgendaStep plan={plan} edit={edit} />;
    case 'rules':
      return <RulesStep plan={plan} edit={edit} />;
    case 'review':
      return <ReviewStep plan={plan} draft={draft} troubles={troubles} />;
  }
}

function Marks({ troubles }: { troubles: readonly Trouble[] }) {
  const { steps } = usePlanText();
  const wrong = troubles.filter(({ grade }) => grade === 'wrong').length;
  const notes = troubles.length - wrong;
  if (wrong > 0) return <span className={styles.wrong}>{steps.wrong(wrong)}</span>;
  return notes > 0 ? <span className={styles.note} role="img" aria-label={steps.notes(notes)} title={steps.notes(notes)} /> : null;
}

function SaveBar({ draft, troubles, children }: { draft: PlanDraft; troubles: readonly Trouble[]; children: ReactNode }) {
  const text = useText();
  const { save, review } = usePlanText();
  const { dirty, saving, phase } = draft;
  const wrong = troubles.some(({ grade }) => grade === 'wrong');
  const keep = async () => {
    if (await draft.save()) tell(save.saved);
  };
  const revert = () => {
    const before = draft.plan;
    draft.revert();
    tell(save.reverted, { undo: () => before && draft.edit({ edit: 'all', plan: before }) });
  };
  return (
    <div className={styles.bar} data-foot-bar>
      <div className={styles.ways}>{children}</div>
      {phase === 'closed' ? (
        <p>{review.closed}</p>
      ) : (
        <>
          <p role="status" data-dirty={dirty}>
            {saving.is === 'refused' ? wordsOf(saving.refusal, text) : dirty ? (wrong ? save.fix : save.dirty) : save.clean}
          </p>
          {dirty && <Button onClick={revert}>{save.revert}</Button>}
          <Button tone="primary" disabled={!dirty || wrong || saving.is === 'saving'} onClick={() => void keep()}>
            {saving.is === 'saving' ? save.saving : save.submit}
          </Button>
        </>
      )}
    </div>
  );
}

function ConflictDialog({ draft }: { draft: PlanDraft }) {
  const { save } = usePlanText();
  return (
    <Dialog title={save.conflictTitle} onClose={draft.dismiss}>
      <p>{save.conflictText}</p>
      <div className={styles.ways}>
        <Button
          tone="danger"
          onClick={() => {
            void draft.overwrite().then((kept) => kept && tell(save.saved));
          }}
        >
          {save.keepMine}
        </Button>
        <Button tone="primary" data-first onClick={() => void draft.reload()}>
          {save.takeTheirs}
        </Button>
      </div>
    </Dialog>
  );
}
