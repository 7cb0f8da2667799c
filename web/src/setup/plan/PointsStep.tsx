// Who is invited as a room: chosen from the directory, then put right one by one.
import { useMemo, useState } from 'react';

import type { Point } from '../../api/schema';
import { wordsOf } from '../../api/words';
import { navigate } from '../../app/navigation';
import { useText } from '../../i18n';
import { usePlanText } from '../../i18n/plan';
import { inTree, matcher } from '../../meeting/tree';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';
import { TextField } from '../../ui/Field';
import { FormDialog } from '../../ui/FormDialog';
import { Grid, type GridColumn } from '../../ui/Grid';
import { tell } from '../../ui/toasts';
import { useUnits } from '../useUnits';
import { PickDialog } from './PickDialog';
import { subtree } from './plan';
import type { StepProps } from './PlanPage';
import styles from './steps.module.css';

interface Row {
  id: string;
  point: Point;
  depth: number;
  delegates: number;
}

export function PointsStep({ plan, edit }: StepProps) {
  const text = useText();
  const { points: words } = usePlanText();
  const { found, refusal } = useUnits();
  const [dialog, setDialog] = useState<{ is: 'pick' } | { is: 'edit'; point: Point } | null>(null);
  const [search, setSearch] = useState('');

  const rows = useMemo<Row[]>(() => {
    const expected = new Map<string, number>();
    for (const { point } of plan.delegates) expected.set(point, (expected.get(point) ?? 0) + 1);
    const matches = matcher(search);
    return inTree(plan.points)
      .filter(({ point }) => matches(point.name, point.room, point.id))
      .map(({ point, depth }) => ({ id: point.id, point, depth, delegates: expected.get(point.id) ?? 0 }));
  }, [plan, search]);

  const remove = (point: Point) => {
    const before = plan;
    edit({ edit: 'removePoint', id: point.id });
    tell(words.removed(subtree(plan.points, point.id).length), {
      undo: () => edit({ edit: 'points', points: before.points, delegates: before.delegates }),
    });
  };
  // A point above the hub cannot go without it.
  const keeps = useMemo(() => new Set(plan.points.filter(({ id }) => subtree(plan.points, id).includes(plan.hub)).map(({ id }) => id)), [plan]);

  const columns: GridColumn<Row>[] = [
    {
      id: 'name', label: words.name, share: 4, leastRem: 14, isName: true,
      cell: ({ point, depth }) => (
        <>
          <span style={{ paddingInlineStart: `${depth * 1.2}rem` }}>{point.name}</span>
          {point.id === plan.hub && <small className={styles.tag}>{words.hub}</small>}
        </>
      ),
    },
    { id: 'room', label: words.room, share: 3, leastRem: 10, cell: ({ point }) => <span>{point.room}</span> },
    { id: 'level', label: words.level, share: 2, leastRem: 7, cell: ({ point }) => <span>{point.level}</span> },
    { id: 'people', label: words.people, share: 1, leastRem: 6, cell: ({ delegates }) => <span>{delegates.toLocaleString(text.locale)}</span> },
    {
      id: 'actions', label: words.actions, share: 3, leastRem: 15,
      cell: ({ point }) => (
        <>
          <Button size="small" aria-label={words.editOf(point.name)} onClick={() => setDialog({ is: 'edit', point })}>
            {words.edit}
          </Button>
          {!keeps.has(point.id) && (
            <Button size="small" tone="quiet" aria-label={words.removeOf(point.name)} onClick={() => remove(point)}>
              {words.remove}
            </Button>
          )}
        </>
      ),
    },
  ];

  return (
    <>
      <div className={styles.tools}>
        <p className={styles.lead}>{words.lead}</p>
        <strong>{words.chosen(plan.points.length)}</strong>
        <Button tone="primary" disabled={!found || found.units.length === 0} onClick={() => setDialog({ is: 'pick' })}>
          {words.pick}
        </Button>
      </div>
      {refusal && <p role="alert">{wordsOf(refusal, text)}</p>}
      {found?.units.length === 0 && (
        <Empty title={words.none} text={words.noneText}>
          <Button onClick={() => navigate({ page: 'setup', place: { at: 'directory' } })}>{words.toDirectory}</Button>
        </Empty>
      )}
      <div className={styles.search}>
        <TextField label={words.search} type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
      </div>
      <Grid
        label={words.name}
        columns={columns}
        items={rows}
        onAction={({ point }) => setDialog({ is: 'edit', point })}
        empty={<p>{words.none}</p>}
      />
      {dialog?.is === 'pick' && found && (
        <PickDialog
          plan={plan}
          units={found}
          onClose={() => setDialog(null)}
          onTake={(points, delegates) => {
            const before = plan;
            edit({ edit: 'points', points, delegates });
            if (!points.some(({ id }) => id === plan.hub) && points[0]) edit({ edit: 'hub', hub: points[0].id });
            setDialog(null);
            tell(words.taken, { undo: () => edit({ edit: 'all', plan: before }) });
          }}
        />
      )}
      {dialog?.is === 'edit' && (
        <PointDialog
          point={dialog.point}
          isHub={dialog.point.id === plan.hub}
          onClose={() => setDialog(null)}
          onDone={(change) => {
            edit({ edit: 'point', id: dialog.point.id, change });
            setDialog(null);
          }}
          onHub={() => {
            edit({ edit: 'hub', hub: dialog.point.id });
            setDialog(null);
          }}
        />
      )}
    </>
  );
}

interface PointDialogProps {
  point: Point;
  isHub: boolean;
  onClose: () => void;
  onDone: (change: Pick<Point, 'name' | 'room'>) => void;
  onHub: () => void;
}

function PointDialog({ point, isHub, onClose, onDone, onHub }: PointDialogProps) {
  const { points: words } = usePlanText();
  const [name, setName] = useState(point.name);
  const [room, setRoom] = useState(point.room);
  return (
    <FormDialog title={words.editOf(point.name)} confirm={words.done} disabled={name.trim() === ''} onSubmit={() => onDone({ name, room })} onDone={onClose}>
      <TextField label={words.name} value={name} onChange={(event) => setName(event.target.value)} maxLength={300} data-first />
      <TextField label={words.room} value={room} onChange={(event) => setRoom(event.target.value)} maxLength={300} />
      {!isHub && (
        <div>
          <Button onClick={onHub}>{words.makeHub}</Button>
        </div>
      )}
    </FormDialog>
  );
}
