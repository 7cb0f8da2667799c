// What is heard, in order, with its documents.
import { useEffect, useRef } from 'react';

import type { AgendaKind } from '../../api/schema';
import { useText } from '../../i18n';
import { usePlanText } from '../../i18n/plan';
import { clockTime } from '../../join/when';
import { inTree } from '../../meeting/tree';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';
import { SelectField, TextField } from '../../ui/Field';
import { tell } from '../../ui/toasts';
import { plannedMinutes, type Item, type Plan, type PlanEdit } from './plan';
import type { StepProps } from './PlanPage';
import styles from './steps.module.css';
import { isLink } from './troubles';

const KINDS: readonly AgendaKind[] = ['report', 'discussion', 'conclusion', 'other'];

export function AgendaStep({ plan, edit }: StepProps) {
  const { locale } = useText();
  const { agenda: text } = usePlanText();
  const list = useRef<HTMLOListElement>(null);
  const minutes = plannedMinutes(plan.agenda);
  const ends = new Date(Date.parse(plan.startsAt) + minutes * 60_000);
  const count = plan.agenda.length;
  const before = useRef(count);
  // A new item is there to be written: its title takes the focus.
  useEffect(() => {
    if (count > before.current) list.current?.querySelector<HTMLInputElement>('li:last-child [data-title]')?.focus();
    before.current = count;
  }, [count]);

  const add = <Button onClick={() => edit({ edit: 'addItem', kind: count === 0 ? 'report' : 'discussion', title: '' })}>{text.add}</Button>;
  return (
    <>
      <p className={styles.lead}>{text.lead}</p>
      {count === 0 ? (
        <Empty title={text.none} text={text.noneText}>
          {add}
        </Empty>
      ) : (
        <>
          <ol ref={list} className={styles.items}>
            {plan.agenda.map((item, index) => (
              <ItemFields key={item.id} plan={plan} item={item} index={index} edit={edit} />
            ))}
          </ol>
          <div className={styles.foot}>
            {add}
            <p>
              {text.total(minutes)}
              {minutes > 0 && !Number.isNaN(ends.getTime()) && `, ${text.ends(clockTime(ends, plan.zone, locale))}`}
            </p>
          </div>
        </>
      )}
    </>
  );
}

interface ItemProps {
  plan: Plan;
  item: Item;
  index: number;
  edit: (edit: PlanEdit) => void;
}

function ItemFields({ plan, item, index, edit }: ItemProps) {
  const { agenda: text } = usePlanText();
  const change = (part: Partial<Omit<Item, 'id'>>) => edit({ edit: 'item', id: item.id, change: part });
  const name = item.title || text.untitled;
  const remove = () => {
    edit({ edit: 'removeItem', id: item.id });
    // The whole list of before: it may have been put in another order since.
    tell(text.removed(name), { undo: () => edit({ edit: 'agenda', agenda: plan.agenda }) });
  };
  return (
    <li className={styles.item}>
      <div className={styles.itemHead}>
        <h2>{text.item(index + 1)}</h2>
        <Button size="small" tone="quiet" aria-label={text.upOf(name)} disabled={index === 0} onClick={() => edit({ edit: 'moveItem', id: item.id, by: -1 })}>
          {text.up}
        </Button>
        <Button
          size="small"
          tone="quiet"
          aria-label={text.downOf(name)}
          disabled={index === plan.agenda.length - 1}
          onClick={() => edit({ edit: 'moveItem', id: item.id, by: 1 })}
        >
          {text.down}
        </Button>
        <Button size="small" tone="quiet" aria-label={text.removeOf(name)} onClick={remove}>
          {text.remove}
        </Button>
      </div>
      <div className={styles.itemFields}>
        <SelectField label={text.kind} value={item.type} onChange={(event) => change({ type: event.target.value as AgendaKind })}>
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {text.kinds[kind]}
            </option>
          ))}
        </SelectField>
        <div className={styles.wide}>
          <TextField label={text.title} value={item.title} onChange={(event) => change({ title: event.target.value })} maxLength={300} data-title />
        </div>
        <TextField
          label={text.minutes}
          hint={text.minutesHint}
          type="number"
          min={0}
          max={1440}
          value={Number.isNaN(item.minutes) ? '' : item.minutes}
          onChange={(event) => change({ minutes: event.target.valueAsNumber })}
        />
        <SelectField label={text.point} value={item.point ?? ''} onChange={(event) => change({ point: event.target.value || null })}>
          <option value="">{text.anywhere}</option>
          {inTree(plan.points).map(({ point, depth }) => (
            <option key={point.id} value={point.id}>
              {`${'\u2003'.repeat(depth)}${point.name}`}
            </option>
          ))}
        </SelectField>
        <div className={styles.wide}>
          <TextField label={text.presenter} value={item.presenter} onChange={(event) => change({ presenter: event.target.value })} maxLength={200} />
        </div>
      </div>
      <Documents item={item} onChange={(documents) => change({ documents })} />
    </li>
  );
}

function Documents({ item, onChange }: { item: Item; onChange: (documents: Item['documents']) => void }) {
  const { agenda: text, troubles } = usePlanText();
  const { documents } = item;
  const put = (index: number, part: Partial<Item['documents'][number]>) =>
    onChange(documents.map((document, at) => (at === index ? { ...document, ...part } : document)));
  return (
    <fieldset className={styles.documents}>
      <legend>{text.documents}</legend>
      {documents.map((document, index) => (
        <div key={index} className={styles.document}>
          <TextField label={text.documentTitle} value={document.title} onChange={(event) => put(index, { title: event.target.value })} maxLength={300} />
          <TextField
            label={text.documentLink}
            hint={text.linkHint}
            error={isLink(document.link) ? null : troubles.noLink}
            type="url"
            value={document.link}
            onChange={(event) => put(index, { link: event.target.value.trim() })}
            maxLength={2000}
          />
          <Button
            size="small"
            tone="quiet"
            aria-label={text.removeDocument(document.title || text.untitled)}
            onClick={() => onChange(documents.filter((_, at) => at !== index))}
          >
            {text.remove}
          </Button>
        </div>
      ))}
      <Button size="small" onClick={() => onChange([...documents, { title: '', link: '' }])}>
        {text.addDocument}
      </Button>
    </fieldset>
  );
}
