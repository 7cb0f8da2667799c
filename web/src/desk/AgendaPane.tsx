// The agenda: what is under way and for how long, what comes next, what is done.
import { memo } from 'react';

import type { AgendaEntry } from '../api/schema';
import { useDeskText } from '../i18n/desk';
import { useConduct } from '../meeting/conduct';
import { duration, useServerTime } from '../meeting/time';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import type { Acts } from './acts';
import styles from './AgendaPane.module.css';

export const AgendaPane = memo(function AgendaPane({ agenda, acts }: { agenda: AgendaEntry[]; acts: Acts }) {
  const { agenda: text } = useDeskText();
  const { may, live } = useConduct();
  const running = agenda.some(({ course }) => course && !course.finished);
  const now = useServerTime(live.aheadMs, running);
  const next = agenda.find(({ course }) => !course);
  if (agenda.length === 0) return <p className={styles.none}>{text.none}</p>;
  return (
    <section className={styles.pane} aria-label={text.title}>
      <ol className={styles.items}>
        {agenda.map((entry) => (
          <Item key={entry.id} entry={entry} isNext={entry === next} now={now} acts={acts} />
        ))}
      </ol>
      {next && (
        <Button disabled={!may('start-item')} onClick={() => void acts.nextItem()}>
          {text.next}
        </Button>
      )}
    </section>
  );
});

function Item({ entry, isNext, now, acts }: { entry: AgendaEntry; isNext: boolean; now: number; acts: Acts }) {
  const { agenda: text } = useDeskText();
  const { may, places } = useConduct();
  const { course, minutes = 0 } = entry;
  const state = !course ? 'waits' : course.finished ? 'done' : 'runs';
  const ms = course ? (course.finished ? Date.parse(course.finished) : now) - Date.parse(course.started) : 0;
  const overMs = minutes > 0 ? ms - minutes * 60_000 : 0;
  const facts = [
    text.kind[entry.type],
    entry.presenter,
    entry.point && places.name(`point:${entry.point}`),
    state === 'waits' && minutes > 0 && text.planned(minutes),
  ].filter(Boolean);
  return (
    <li className={styles.item} data-state={state} aria-current={state === 'runs' ? 'step' : undefined}>
      <div>
        <p className={styles.title}>
          {state === 'done' && <Icon name="levelGreen" size={18} />}
          {entry.title}
        </p>
        <p className={styles.facts}>{facts.join(' · ')}</p>
        {state !== 'waits' && (
          <p className={overMs > 0 && state === 'runs' ? styles.over : styles.facts}>
            {state === 'done' ? text.done(duration(ms)) : text.running(duration(ms))}
            {overMs > 0 && state === 'runs' && ` · ${text.overrun(duration(overMs))}`}
          </p>
        )}
      </div>
      {state === 'runs' ? (
        <Button disabled={!may('finish-item')} aria-label={text.finishLong(entry.title)} onClick={() => void acts.finishItem(entry.id, entry.title)}>
          {text.finish}
        </Button>
      ) : (
        <Button
          tone={isNext ? 'plain' : 'quiet'}
          disabled={!may('start-item')}
          aria-label={state === 'done' ? text.againLong(entry.title) : text.startLong(entry.title)}
          onClick={() => void acts.startItem(entry.id, entry.title)}
        >
          {state === 'done' ? text.again : text.start}
        </Button>
      )}
    </li>
  );
}
