// Points from the directory, by whole branches.
import { useEffect, useMemo, useRef, useState } from 'react';

import { ask } from '../../api/client';
import type { Refusal } from '../../api/refusal';
import type { Selection } from '../../api/schema';
import { wordsOf } from '../../api/words';
import { useApi } from '../../app/api';
import { useText } from '../../i18n';
import { usePlanText } from '../../i18n/plan';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Checkbox, TextField } from '../../ui/Field';
import { Tree } from '../../ui/Tree';
import { found, treeOf, type UnitNode } from '../units';
import type { Units } from '../useUnits';
import { merged, pickOf, tick, ticksOf, type Pick, type Tick } from './pick';
import type { Plan } from './plan';
import styles from './steps.module.css';

interface Props {
  plan: Plan;
  units: Units;
  onTake: (points: Selection['points'], delegates: Selection['delegates']) => void;
  onClose: () => void;
}

/** So many clicks in a row are one question to the server. */
const REST_MS = 250;

export function PickDialog({ plan, units, onTake, onClose }: Props) {
  const text = useText();
  const { points: words } = usePlanText();
  const tree = useMemo(() => treeOf(units.units), [units]);
  const levels = useMemo(() => [...new Set(units.units.map(({ level }) => level))].filter(Boolean), [units]);
  const [pick, setPick] = useState<Pick>(() => pickOf(tree, new Set(plan.points.map(({ id }) => id))));
  const [only, setOnly] = useState<ReadonlySet<string>>(new Set());
  const [gather, setGather] = useState(true);
  const [search, setSearch] = useState('');
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(() => new Set(tree.map(({ id }) => id)));
  const hub = units.units.some(({ id }) => id === plan.hub) ? plan.hub : (tree[0]?.id ?? '');
  const { selection, refusal } = useSelection(hub, pick, only, gather);
  const ticks = useMemo(() => ticksOf(tree, pick), [tree, pick]);
  const shown = useMemo(() => found(tree, search), [tree, search]);

  const flip = (id: string) => setPick((before) => tick(tree, before, id, ticks.get(id) !== 'on'));
  const take = () => {
    if (selection === null) return;
    const { points, delegates } = merged(plan, selection);
    onTake(points, delegates);
  };

  return (
    <Dialog title={words.pickTitle} onClose={onClose} wide>
      <p className={styles.lead}>{words.pickText}</p>
      <div className={styles.pickTools}>
        <TextField label={words.search} type="search" value={search} onChange={(event) => setSearch(event.target.value)} data-first />
        {levels.length > 1 && (
          <fieldset className={styles.levels}>
            <legend>{words.levels}</legend>
            {levels.map((level) => (
              <Checkbox
                key={level}
                label={level}
                checked={only.size === 0 || only.has(level)}
                onChange={() => setOnly((before) => flipped(before.size === 0 ? new Set(levels) : before, level, levels.length))}
              />
            ))}
          </fieldset>
        )}
      </div>
      <div className={styles.pickTree}>
        <Tree<UnitNode>
          label={words.pickTitle}
          roots={shown}
          expanded={search === '' ? expanded : new Set(units.units.map(({ id }) => id))}
          onExpand={setExpanded}
          onAction={flip}
          dependency={ticks}
          row={(node) => <TickRow node={node} tick={ticks.get(node.id) ?? 'off'} isHub={node.id === hub} onFlip={() => flip(node.id)} />}
        />
      </div>
      <Checkbox label={words.gather} checked={gather} onChange={(event) => setGather(event.target.checked)} />
      <p role="status" className={styles.result}>
        {refusal ? wordsOf(refusal, text) : selection ? words.result(selection.counts.points, selection.counts.delegates) : text.app.loading}
      </p>
      {plan.points.length > 1 && <p className={styles.lead}>{words.replaceNote}</p>}
      <div className={styles.buttons}>
        <Button onClick={onClose}>{text.dialog.cancel}</Button>
        <Button tone="primary" disabled={selection === null} onClick={take}>
          {words.take}
        </Button>
      </div>
    </Dialog>
  );
}

function TickRow({ node, tick: state, isHub, onFlip }: { node: UnitNode; tick: Tick; isHub: boolean; onFlip: () => void }) {
  const { points: words } = usePlanText();
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = state === 'partly';
  }, [state]);
  return (
    <>
      <input ref={box} type="checkbox" className={styles.tick} aria-label={node.name} checked={state === 'on'} onChange={onFlip} />
      <span className={styles.unitName}>{node.name}</span>
      {isHub && <small className={styles.tag}>{words.hub}</small>}
      <small className={styles.soft}>{node.level}</small>
    </>
  );
}

/** What the server makes of the ticks. */
function useSelection(hub: string, pick: Pick, only: ReadonlySet<string>, gather: boolean): { selection: Selection | null; refusal: Refusal | null } {
  const api = useApi();
  const [answer, setAnswer] = useState<{ selection: Selection | null; refusal: Refusal | null }>({ selection: null, refusal: null });
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      const body = { hub, roots: [...pick.roots], exclude: [...pick.exclude], levels: [...only], gather };
      const asked = ask((signal) => api.POST('/api/v1/directory/selection', { body, signal }), abort.signal);
      void asked.then((made) => {
        if (abort.signal.aborted) return;
        setAnswer(made.ok ? { selection: made.value, refusal: null } : { selection: null, refusal: made.refusal });
      });
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, hub, pick, only, gather]);
  return answer;
}

/** All of them chosen is the same as no choice. */
function flipped(before: ReadonlySet<string>, level: string, all: number): Set<string> {
  const next = new Set(before);
  if (!next.delete(level)) next.add(level);
  return next.size === all ? new Set() : next;
}
