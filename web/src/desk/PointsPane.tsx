// The points: red first, filtered and searched, and what can be done with the one that is chosen.
import { memo, useEffect, useMemo, useRef, useState, type RefObject } from 'react';

import { useText } from '../i18n';
import { useDeskText } from '../i18n/desk';
import { useMeetingText } from '../i18n/meeting';
import { clockTime } from '../join/when';
import { useConduct } from '../meeting/conduct';
import { SHAPES } from '../meeting/shapes';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { VirtualList, type RowProps } from '../ui/VirtualList';
import type { Acts, HostState } from './acts';
import styles from './PointsPane.module.css';
import { keepOrder, pointRows, viewPoints, type Filter, type PointRow } from './points';
import type { Question } from './questions';

const FILTERS: readonly Filter[] = ['all', 'red', 'amber', 'asks'];

interface Props {
  seen: HostState;
  acts: Acts;
  onAsk: (question: Question) => void;
  search: RefObject<HTMLInputElement | null>;
}

export function PointsPane({ seen, acts, onAsk, search }: Props) {
  const { places } = useConduct();
  const { points: text } = useDeskText();
  const [filter, setFilter] = useState<Filter>('all');
  const [wanted, setWanted] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const { outline } = places;
  const { phase, lines, removed, floor, presiding, spotlight } = seen;
  const totals = seen.roll.points;
  const all = useMemo(
    () => (outline ? pointRows(outline, { phase, lines, removed, floor, presiding, spotlight, roll: { points: totals } }) : []),
    [outline, phase, lines, removed, floor, presiding, spotlight, totals],
  );
  const { rows, counts } = useMemo(() => viewPoints(all, filter, wanted), [all, filter, wanted]);
  const [shown, hold] = useStill(rows);
  const row = all.find(({ id }) => id === chosen) ?? null;

  return (
    <section className={styles.pane} aria-label={text.title}>
      <div className={styles.head}>
        <div className={styles.top}>
          <h2>{text.title}</h2>
          <input
            ref={search}
            type="search"
            className={styles.search}
            value={wanted}
            aria-label={text.search}
            placeholder={text.search}
            onChange={(event) => setWanted(event.target.value)}
          />
        </div>
        <div className={styles.filters} role="group" aria-label={text.filters}>
          {FILTERS.map((name) => (
            <button key={name} type="button" aria-pressed={filter === name} data-filter={name} onClick={() => setFilter(name)}>
              {text.filter[name]} <span>{counts[name]}</span>
            </button>
          ))}
        </div>
      </div>
      {rows.length === 0 ? (
        <p className={styles.none}>{text.none}</p>
      ) : (
        <VirtualList label={text.title} rows={shown} chosen={chosen} onChoose={setChosen} rowRem={2.15} tallRowRem={3.1} onHold={hold}>
          {(one, given) => <Row row={one} given={given} />}
        </VirtualList>
      )}
      <Conduct row={row} acts={acts} onAsk={onAsk} />
    </section>
  );
}

/** Rows do not run away from whoever is at the list. */
function useStill(rows: PointRow[]): [PointRow[], (held: boolean) => void] {
  const [held, setHeld] = useState(false);
  const order = useRef<string[]>([]);
  const shown = useMemo(() => (held ? keepOrder(rows, order.current) : rows), [rows, held]);
  useEffect(() => {
    order.current = shown.map((row) => row.id);
  }, [shown]);
  return [shown, setHeld];
}

interface PointProps {
  row: PointRow;
  given: RowProps;
}

const Row = memo(function Row({ row, given }: PointProps) {
  const { level, cause, removed } = useMeetingText();
  const { points: text } = useDeskText();
  const state = row.removed ? removed : row.cause ? cause[row.cause] : level[row.level];
  const part = row.presides ? text.presides : row.speaks ? text.speaks : row.spotlit ? text.spotlit : row.asks > 0 ? text.asks(row.asks) : '';
  return (
    <div
      {...given}
      className={styles.row}
      data-point={row.id}
      data-level={row.level}
      style={{ ...given.style, '--depth': row.depth } as React.CSSProperties}
    >
      <span className={styles.level} data-level={row.level}>
        <Icon name={SHAPES[row.level]} size={18} />
      </span>
      <span className={styles.name}>
        <strong>{row.name}</strong>
        {row.depth === 0 && row.unit !== '' && <small>{row.unit}</small>}
      </span>
      {part !== '' && (
        <span className={styles.part} title={part}>
          <Icon name={row.speaks ? 'microphone' : row.presides ? 'chair' : row.spotlit ? 'stage' : 'hand'} size={16} />
          {row.asks > 0 && !row.speaks && <b aria-hidden="true">{row.asks}</b>}
          <span className="visually-hidden">{part}</span>
        </span>
      )}
      <span className={row.level === 'green' || row.level === 'quiet' ? styles.stateSoft : styles.state} data-level={row.level}>
        {state}
      </span>
      <span className={styles.heads} title={text.hereLong(row.here, row.expected)}>
        {row.expected > 0 || row.here > 0 ? text.here(row.here, row.expected) : ''}
      </span>
    </div>
  );
}, sameRow);

function sameRow(a: PointProps, b: PointProps): boolean {
  const flat = ({ row, given }: PointProps): Record<string, unknown> => ({ ...row, ...given, ...given.style, style: null, onClick: null });
  const [left, right] = [flat(a), flat(b)];
  return Object.keys(left).every((key) => left[key] === right[key]);
}

function Conduct({ row, acts, onAsk }: { row: PointRow | null; acts: Acts; onAsk: (question: Question) => void }) {
  const { may, places } = useConduct();
  const { locale } = useText();
  const { points: text } = useDeskText();
  const { cause } = useMeetingText();
  if (row === null) return <p className={styles.hint}>{text.choose}</p>;
  const { place, connected } = row;
  const time = row.since === null ? null : clockTime(new Date(row.since), places.outline?.zone ?? 'UTC', locale);
  return (
    <div className={styles.conduct} role="group" aria-label={text.chosen(row.name)}>
      <p>
        <strong>{row.name}</strong>
        {row.cause && (
          <span>
            {cause[row.cause]}
            {time !== null && ` ${text.since(time)}`}
          </span>
        )}
      </p>
      <div className={styles.acts}>
        {row.removed ? (
          <Button disabled={!may('readmit')} onClick={() => void acts.readmit(place)}>
            {text.readmit}
          </Button>
        ) : (
          <>
            <Button disabled={!may('give-floor') || !connected} onClick={() => onAsk({ is: 'give', place })}>
              {text.give}
            </Button>
            <Button
              disabled={!may('spotlight') || (!connected && !row.spotlit)}
              onClick={() => void acts.spotlight(row.spotlit ? null : place)}
            >
              {row.spotlit ? text.endSpotlight : text.spotlight}
            </Button>
            <Button disabled={!may('mute') || !connected} onClick={() => void acts.mute(place)}>
              {text.mute}
            </Button>
            <Button disabled={!may('ask-unmute') || !connected} onClick={() => void acts.askUnmute(place)}>
              {text.askUnmute}
            </Button>
            <Button disabled={!may('hand-over') || !connected || row.presides} onClick={() => onAsk({ is: 'hand-over', to: place })}>
              {text.handOver}
            </Button>
            <Button tone="danger" disabled={!may('remove') || row.presides || place === 'hub'} onClick={() => onAsk({ is: 'remove', place })}>
              {text.remove}
            </Button>
          </>
        )}
      </div>
    </div>
  );
}
