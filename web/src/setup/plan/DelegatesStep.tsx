// Who is expected, and at which point they sit.
import { useMemo, useState } from 'react';

import { randomKey } from '../../api/client';
import type { Delegate } from '../../api/schema';
import { usePlanText } from '../../i18n/plan';
import { matcher } from '../../meeting/tree';
import { Button } from '../../ui/Button';
import type { Choice } from '../../ui/ComboField';
import { Empty } from '../../ui/Empty';
import { TextField } from '../../ui/Field';
import { FormDialog } from '../../ui/FormDialog';
import { Grid, type GridColumn } from '../../ui/Grid';
import { PickField } from '../../ui/PickField';
import { tell } from '../../ui/toasts';
import { useUnits } from '../useUnits';
import type { Plan } from './plan';
import type { StepProps } from './PlanPage';
import styles from './steps.module.css';

interface Row extends Delegate {
  pointName: string;
  unitName: string;
}

type Asking = { is: 'add' } | { is: 'edit'; delegate: Delegate };

export function DelegatesStep({ plan, edit }: StepProps) {
  const { delegates: words } = usePlanText();
  const { found } = useUnits();
  const [asking, setAsking] = useState<Asking | null>(null);
  const [search, setSearch] = useState('');

  const units = useMemo(() => unitsOf(plan, found?.units ?? []), [plan, found]);
  const rows = useMemo<Row[]>(() => {
    const points = new Map(plan.points.map(({ id, name }) => [id, name]));
    const names = new Map(units.map(({ id, name }) => [id, name]));
    const matches = matcher(search);
    return plan.delegates
      .map((delegate) => ({
        ...delegate,
        pointName: points.get(delegate.point) ?? delegate.point,
        unitName: names.get(delegate.unit) ?? delegate.unit,
      }))
      .filter(({ name, title, pointName, unitName }) => matches(name, title ?? '', pointName, unitName));
  }, [plan, units, search]);

  const remove = (delegate: Delegate) => {
    const { points, delegates } = plan;
    edit({ edit: 'removeDelegate', id: delegate.id });
    // As the list was: its order is the order of the papers.
    tell(words.removed(delegate.name), { undo: () => edit({ edit: 'points', points, delegates }) });
  };

  const columns: GridColumn<Row>[] = [
    { id: 'name', label: words.name, share: 3, leastRem: 11, isName: true, cell: ({ name }) => <span>{name}</span> },
    { id: 'title', label: words.position, share: 3, leastRem: 11, cell: ({ title }) => <span>{title}</span> },
    { id: 'unit', label: words.unit, share: 3, leastRem: 10, cell: ({ unitName }) => <span>{unitName}</span> },
    { id: 'point', label: words.point, share: 3, leastRem: 10, cell: ({ pointName }) => <span>{pointName}</span> },
    {
      id: 'actions', label: words.actions, share: 2, leastRem: 11,
      cell: (row) => (
        <>
          <Button size="small" aria-label={words.editOf(row.name)} onClick={() => setAsking({ is: 'edit', delegate: row })}>
            {words.edit}
          </Button>
          <Button size="small" tone="quiet" aria-label={words.removeOf(row.name)} onClick={() => remove(row)}>
            {words.remove}
          </Button>
        </>
      ),
    },
  ];

  const add = (
    <Button tone="primary" onClick={() => setAsking({ is: 'add' })}>
      {words.add}
    </Button>
  );
  return (
    <>
      <div className={styles.tools}>
        <p className={styles.lead}>{words.lead}</p>
        {plan.delegates.length > 0 && (
          <>
            <strong>{words.expected(plan.delegates.length)}</strong>
            {add}
          </>
        )}
      </div>
      {plan.delegates.length === 0 ? (
        <Empty title={words.none} text={words.noneText}>
          {add}
        </Empty>
      ) : (
        <>
          <div className={styles.search}>
            <TextField label={words.search} type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
          </div>
          <Grid
            label={words.expected(plan.delegates.length)}
            columns={columns}
            items={rows}
            onAction={(row) => setAsking({ is: 'edit', delegate: row })}
            empty={<p>{words.notFound}</p>}
          />
        </>
      )}
      {asking && (
        <DelegateDialog
          delegate={asking.is === 'edit' ? asking.delegate : null}
          plan={plan}
          units={units}
          onClose={() => setAsking(null)}
          onDone={(facts) => {
            if (asking.is === 'edit') edit({ edit: 'delegate', id: asking.delegate.id, change: facts });
            else edit({ edit: 'addDelegate', delegate: { id: `D-${randomKey().slice(0, 10)}`, ...facts } });
            setAsking(null);
          }}
        />
      )}
    </>
  );
}

interface DialogProps {
  delegate: Delegate | null;
  plan: Plan;
  units: readonly Choice[];
  onClose: () => void;
  onDone: (facts: Required<Omit<Delegate, 'id'>>) => void;
}

function DelegateDialog({ delegate, plan, units, onClose, onDone }: DialogProps) {
  const { delegates: words } = usePlanText();
  const [name, setName] = useState(delegate?.name ?? '');
  const [title, setTitle] = useState(delegate?.title ?? '');
  const [unit, setUnit] = useState(delegate?.unit ?? null);
  const [point, setPoint] = useState(delegate?.point ?? null);
  const points = useMemo(() => plan.points.map(({ id, name: called, room }) => ({ id, name: called, detail: room })), [plan.points]);
  const ready = name.trim() !== '' && unit !== null && point !== null;
  const chooseUnit = (id: string | null) => {
    setUnit(id);
    // Most sit in the room of their own unit.
    if (point === null && points.some((one) => one.id === id)) setPoint(id);
  };
  return (
    <FormDialog
      title={delegate ? words.editTitle : words.addTitle}
      confirm={words.submit}
      disabled={!ready}
      onSubmit={() => {
        if (name.trim() !== '' && unit !== null && point !== null) onDone({ name: name.trim(), title: title.trim(), unit, point });
      }}
      onDone={onClose}
    >
      <TextField label={words.name} value={name} onChange={(event) => setName(event.target.value)} maxLength={300} autoComplete="off" data-first />
      <TextField label={words.position} value={title} onChange={(event) => setTitle(event.target.value)} maxLength={300} autoComplete="off" />
      <PickField label={words.unit} all={units} chosen={unit} onChoose={chooseUnit} />
      <PickField label={words.point} all={points} chosen={point} onChoose={setPoint} />
    </FormDialog>
  );
}

/** The directory's units, and those that only this plan has. */
function unitsOf(plan: Plan, units: readonly { id: string; name: string; path: readonly string[] }[]): Choice[] {
  const known = new Set(units.map(({ id }) => id));
  return [
    ...units.map(({ id, name, path }) => ({ id, name, detail: path.join(' · ') })),
    ...plan.points.filter(({ id }) => !known.has(id)).map(({ id, name, room }) => ({ id, name, detail: room })),
  ];
}
