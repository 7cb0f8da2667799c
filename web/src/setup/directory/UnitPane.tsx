// One unit of the directory: what it is, and who its delegates are.
import { useEffect, useState } from 'react';

import type { DelegateView, UnitView } from '../../api/schema';
import { wordsOf } from '../../api/words';
import { useText } from '../../i18n';
import { useDirectoryText } from '../../i18n/directory';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';
import { Checkbox, TextField } from '../../ui/Field';
import { Grid, type GridColumn } from '../../ui/Grid';
import { tell } from '../../ui/toasts';
import { DelegateDialog, RetireDialog, UnitDialog } from './dialogs';
import styles from './DirectoryPage.module.css';
import { delegateOf, unitOf, useDelegates, type DirectoryActs } from './useDirectory';

interface Props {
  unit: UnitView;
  /** How many stand below it. */
  below: number;
  units: readonly UnitView[];
  withRetired: boolean;
  acts: DirectoryActs;
  onGo: (id: string) => void;
}

type Asking = { is: 'edit' } | { is: 'addBelow' } | { is: 'retire' } | { is: 'delegate'; delegate: DelegateView | null };

/** So much of a rest while somebody types is one question to the server. */
const REST_MS = 200;

export function UnitPane({ unit, below, units, withRetired, acts, onGo }: Props) {
  const text = useText();
  const { unit: words, delegates: people, retired } = useDirectoryText();
  const [asking, setAsking] = useState<Asking | null>(null);
  const [withBelow, setWithBelow] = useState(false);
  const [typed, setTyped] = useState('');
  const search = useRested(typed.trim());
  const { listed, refusal } = useDelegates({ unit: unit.id, below: withBelow, retired: withRetired, search }, acts.revision);

  const say = (refused: Parameters<typeof wordsOf>[0] | null) => refused && tell(wordsOf(refused, text), { tone: 'bad' });
  const restoreUnit = async () => say(await acts.putUnit(unitOf(unit), unit, words.restored(unit.name)));
  const retireDelegate = async (delegate: DelegateView) => say(await acts.retireDelegate(delegate, people.retiredDone(delegate.name)));
  const restoreDelegate = async (delegate: DelegateView) => say(await acts.putDelegate(delegateOf(delegate), delegate, people.restored(delegate.name)));

  const columns: GridColumn<DelegateView>[] = [
    {
      id: 'name', label: people.name, share: 3, leastRem: 10, isName: true,
      cell: (one) => <span>{one.retired ? `${one.name} (${retired})` : one.name}</span>,
    },
    { id: 'title', label: people.position, share: 3, leastRem: 10, cell: ({ title }) => <span>{title}</span> },
    ...(withBelow ? [{ id: 'unit', label: people.unit, share: 3, leastRem: 9, cell: ({ unitName }: DelegateView) => <span>{unitName}</span> }] : []),
    {
      id: 'actions', label: people.actions, share: 3, leastRem: 13,
      cell: (one) =>
        one.retired ? (
          <Button size="small" aria-label={people.restoreOf(one.name)} onClick={() => void restoreDelegate(one)}>
            {people.restore}
          </Button>
        ) : (
          <>
            <Button size="small" aria-label={people.editOf(one.name)} onClick={() => setAsking({ is: 'delegate', delegate: one })}>
              {people.edit}
            </Button>
            <Button size="small" tone="quiet" aria-label={people.retireOf(one.name)} onClick={() => void retireDelegate(one)}>
              {people.retire}
            </Button>
          </>
        ),
    },
  ];
  const addDelegate = (
    <Button size="small" onClick={() => setAsking({ is: 'delegate', delegate: null })}>
      {people.add}
    </Button>
  );
  const isEmpty = listed?.delegates.length === 0 && search === '';

  return (
    <section className={styles.pane} aria-label={unit.name}>
      {unit.path.length > 0 && <p className={styles.path}>{unit.path.join(' › ')}</p>}
      <div className={styles.ways}>
        <h2>{unit.name}</h2>
        {unit.retired && <small className={styles.tag}>{retired}</small>}
      </div>
      <dl className={styles.facts}>
        <dt>{words.code}</dt>
        <dd>{unit.id}</dd>
        <dt>{words.level}</dt>
        <dd>{unit.level}</dd>
        <dt>{words.room}</dt>
        <dd>{unit.room}</dd>
        <dt>{words.below}</dt>
        <dd>{below.toLocaleString(text.locale)}</dd>
      </dl>
      <div className={styles.ways}>
        {unit.retired ? (
          <Button size="small" onClick={() => void restoreUnit()}>
            {words.restore}
          </Button>
        ) : (
          <>
            <Button size="small" onClick={() => setAsking({ is: 'edit' })}>
              {words.edit}
            </Button>
            <Button size="small" onClick={() => setAsking({ is: 'addBelow' })}>
              {words.addBelow}
            </Button>
            <Button size="small" tone="danger" onClick={() => setAsking({ is: 'retire' })}>
              {words.retire}
            </Button>
          </>
        )}
      </div>

      <div className={styles.ways}>
        <h3>{listed ? `${people.title} (${listed.total.toLocaleString(text.locale)})` : people.title}</h3>
        {!unit.retired && !isEmpty && addDelegate}
      </div>
      {refusal && <p role="alert">{wordsOf(refusal, text)}</p>}
      <div className={styles.tools}>
        <TextField label={people.search} type="search" value={typed} onChange={(event) => setTyped(event.target.value)} />
        {below > 0 && <Checkbox label={people.withBelow} checked={withBelow} onChange={(event) => setWithBelow(event.target.checked)} />}
      </div>
      {listed === null && !refusal && <p role="status">{text.app.loading}</p>}
      {isEmpty && (
        <Empty title={people.none} text={people.noneText}>
          {!unit.retired && addDelegate}
        </Empty>
      )}
      {listed && !isEmpty && (
        <Grid
          label={people.title}
          columns={columns}
          items={listed.delegates}
          onAction={(delegate) => !delegate.retired && setAsking({ is: 'delegate', delegate })}
          empty={<p>{people.notFound}</p>}
        />
      )}

      {asking?.is === 'edit' && (
        <UnitDialog unit={unit} parent={null} units={units} onKeep={(changed) => acts.putUnit(changed, unit, words.saved(changed.name))} onClose={() => setAsking(null)} />
      )}
      {asking?.is === 'addBelow' && (
        <UnitDialog
          unit={null}
          parent={unit}
          units={units}
          onKeep={async (made) => {
            const refused = await acts.addUnit(made, words.added(made.name));
            if (refused === null) onGo(made.id);
            return refused;
          }}
          onClose={() => setAsking(null)}
        />
      )}
      {asking?.is === 'retire' && (
        <RetireDialog unit={unit} below={below} onRetire={() => acts.retireUnit(unit, words.retiredDone(unit.name))} onClose={() => setAsking(null)} />
      )}
      {asking?.is === 'delegate' && (
        <DelegateDialog
          delegate={asking.delegate}
          unit={unit}
          units={units}
          onKeep={(facts) =>
            asking.delegate
              ? acts.putDelegate({ id: asking.delegate.id, ...facts }, asking.delegate, people.saved(facts.name))
              : acts.addDelegate(facts, people.added(facts.name))
          }
          onClose={() => setAsking(null)}
        />
      )}
    </section>
  );
}

function useRested(value: string): string {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}
