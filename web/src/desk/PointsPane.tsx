// The points: red first, filtered and searched, and what can be done with the one that is chosen.
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react';

import { useText } from '../i18n';
import { useDeskText } from '../i18n/desk';
import { useMeetingText } from '../i18n/meeting';
import { clockTime } from '../join/when';
import { useConduct } from '../meeting/conduct';
import type { Level } from '../meeting/readiness';
import { Button } from '../ui/Button';
import { Icon, type IconName } from '../ui/Icon';
import type { Acts, HostState } from './acts';
import styles from './PointsPane.module.css';
import { keepOrder, pointRows, viewPoints, type Filter, type PointRow } from './points';
import type { Question } from './questions';

const FILTERS: readonly Filter[] = ['all', 'red', 'amber', 'asks'];
/** Each level has a shape of its own, beside its colour. */
const SHAPES: Record<Level, IconName> = { red: 'levelRed', amber: 'levelAmber', green: 'levelGreen', quiet: 'levelQuiet' };
const ROW_REM = 2.15;
/** In a narrow list the state stands under the name. */
const TALL_ROW_REM = 3.1;
const NARROW_REM = 25;

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
        <PointList rows={rows} chosen={chosen} onChoose={setChosen} />
      )}
      <Conduct row={row} acts={acts} onAsk={onAsk} />
    </section>
  );
}

interface ListProps {
  rows: PointRow[];
  chosen: string | null;
  onChoose: (id: string) => void;
}

/** Only the rows in sight are drawn; the keys go through all of them. */
function PointList({ rows, chosen, onChoose }: ListProps) {
  const { points: text } = useDeskText();
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const [held, setHeld] = useState(false);
  const order = useRef<string[]>([]);
  const shown = useMemo(() => (held ? keepOrder(rows, order.current) : rows), [rows, held]);
  useEffect(() => {
    order.current = shown.map((row) => row.id);
  }, [shown]);

  const { rowPx, isNarrow } = useRowHeight(list);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => list.current,
    estimateSize: () => rowPx,
    overscan: 6,
    getItemKey: (index) => shown[index]?.id ?? index,
  });
  useEffect(() => virtual.measure(), [virtual, rowPx]);
  const at = shown.findIndex((row) => row.id === chosen);

  const choose = (index: number) => {
    const row = shown[Math.min(Math.max(index, 0), shown.length - 1)];
    if (!row) return;
    onChoose(row.id);
    virtual.scrollToIndex(shown.indexOf(row));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((list.current?.clientHeight ?? 0) / rowPx) - 1);
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? shown.length - 1 : at - 1, Home: 0, End: shown.length - 1, PageDown: at + page, PageUp: at - page }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
  };

  return (
    <div
      ref={list}
      className={styles.list}
      data-narrow={isNarrow}
      role="listbox"
      tabIndex={0}
      aria-label={text.title}
      aria-activedescendant={at >= 0 ? `${id}-${chosen}` : undefined}
      onKeyDown={onKeyDown}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(document.activeElement === list.current)}
    >
      <div className={styles.all} role="presentation" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = shown[item.index];
          return (
            row && (
              <Row
                key={row.id}
                id={`${id}-${row.id}`}
                row={row}
                top={item.start}
                height={item.size}
                place={item.index + 1}
                of={shown.length}
                chosen={row.id === chosen}
                onChoose={onChoose}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

/** Rows grow with the text, and where there is little room for it. */
function useRowHeight(list: RefObject<HTMLElement | null>): { rowPx: number; isNarrow: boolean } {
  const [rows, setRows] = useState({ rowPx: 36, isNarrow: false });
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const remPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      const isNarrow = element.clientWidth < NARROW_REM * remPx;
      const rowPx = Math.round(remPx * (isNarrow ? TALL_ROW_REM : ROW_REM));
      setRows((before) => (before.rowPx === rowPx && before.isNarrow === isNarrow ? before : { rowPx, isNarrow }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [list]);
  return rows;
}

interface RowProps {
  id: string;
  row: PointRow;
  top: number;
  height: number;
  place: number;
  of: number;
  chosen: boolean;
  onChoose: (id: string) => void;
}

const Row = memo(function Row({ id, row, top, height, place, of, chosen, onChoose }: RowProps) {
  const { level, cause, removed } = useMeetingText();
  const { points: text } = useDeskText();
  const state = row.removed ? removed : row.cause ? cause[row.cause] : level[row.level];
  const part = row.presides ? text.presides : row.speaks ? text.speaks : row.spotlit ? text.spotlit : row.asks > 0 ? text.asks(row.asks) : '';
  return (
    <div
      id={id}
      className={styles.row}
      role="option"
      aria-selected={chosen}
      aria-posinset={place}
      aria-setsize={of}
      data-point={row.id}
      data-level={row.level}
      style={{ transform: `translateY(${top}px)`, height, '--depth': row.depth } as React.CSSProperties}
      onClick={() => onChoose(row.id)}
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

function sameRow(a: RowProps, b: RowProps): boolean {
  const flat = (props: RowProps) => ({ ...props, ...props.row, row: null });
  const [left, right] = [flat(a), flat(b)] as [Record<string, unknown>, Record<string, unknown>];
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
