// The board of readiness: before the meeting every point is green, or it says why not.
import { memo, useMemo, useState } from 'react';

import type { HostState } from '../desk/acts';
import { save } from '../api/attendance';
import { useText } from '../i18n';
import { useMeetingText } from '../i18n/meeting';
import { useReadyText, type ReadyMessages } from '../i18n/ready';
import { clockTime } from '../join/when';
import { Banners } from '../meeting/Banners';
import { ConductProvider, useConduct } from '../meeting/conduct';
import { NotYet } from '../meeting/NotYet';
import { PageBar } from '../meeting/PageBar';
import { SHAPES } from '../meeting/shapes';
import { useServerTime } from '../meeting/time';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { boardRows, filterBoard, levelsOf, type BoardFilter, type BoardRow } from './board';
import { toCsv, type Cell } from './csv';
import styles from './ReadyPage.module.css';

const FILTERS: readonly BoardFilter[] = ['all', 'red', 'amber', 'green', 'quiet'];

export default function ReadyPage({ id }: { id: string }) {
  return (
    <ConductProvider id={id}>
      <ReadyInMeeting />
    </ConductProvider>
  );
}

function ReadyInMeeting() {
  const { live } = useConduct();
  return live.state?.view === 'host' ? <Board seen={live.state} /> : <NotYet />;
}

function Board({ seen }: { seen: HostState }) {
  const { id, places, live } = useConduct();
  const { locale } = useText();
  const text = useReadyText();
  const words = useMeetingText();
  const [filter, setFilter] = useState<BoardFilter>('all');
  const [search, setSearch] = useState('');
  const [calls, setCalls] = useState(false);
  const { outline } = places;
  const { phase, lines, removed, roll } = seen;
  const rows = useMemo(
    () => (outline ? boardRows(outline, { phase, lines, removed, roll: { points: roll.points } }) : []),
    [outline, phase, lines, removed, roll.points],
  );
  const levels = levelsOf(rows);
  const shown = filterBoard(rows, filter, search);
  const zone = outline?.zone ?? 'UTC';
  const time = (instant: string | number) => clockTime(new Date(instant), zone, locale);
  const now = useServerTime(live.aheadMs);

  const download = () => {
    const table = [headOf(text), ...shown.map((row) => cellsOf(row, text, words.level, words.cause, time))];
    save(new Blob([toCsv(table)], { type: 'text/csv;charset=utf-8' }), text.fileName(id, time(now).replace(':', '')));
  };
  const { technician } = outline ?? {};
  return (
    <div className={styles.page}>
      <PageBar title={text.title} part="ready" />
      <Banners />
      <main className={styles.main}>
        <p className={styles.asOf}>{text.asOf(time(now))}</p>
        <div className={styles.tools}>
          <div className={styles.levels} role="group" aria-label={text.filters}>
            {FILTERS.map((name) => (
              <button key={name} type="button" data-level={name} aria-pressed={filter === name} onClick={() => setFilter(name)}>
                {name !== 'all' && <Icon name={SHAPES[name]} size={22} />}
                <strong>{name === 'all' ? rows.length : levels[name]}</strong>
                <span>{name === 'all' ? text.all : words.level[name]}</span>
              </button>
            ))}
          </div>
          <input
            type="search"
            className={styles.search}
            value={search}
            aria-label={text.search}
            placeholder={text.search}
            onChange={(event) => setSearch(event.target.value)}
          />
          <Button aria-pressed={calls} onClick={() => setCalls(!calls)}>
            {text.callList}
          </Button>
          <Button onClick={download}>
            <Icon name="download" size={18} />
            {text.export}
          </Button>
          <Button onClick={() => window.print()}>{text.print}</Button>
        </div>
        {calls ? (
          <CallList rows={rows} time={time} technician={technician?.phone ? text.technician(technician.name, technician.phone) : null} />
        ) : shown.length === 0 ? (
          <p className={styles.none}>{text.none}</p>
        ) : (
          <table className={styles.table} aria-label={text.table}>
            <thead>
              <tr>
                <th scope="col">{text.point}</th>
                <th scope="col">{text.state}</th>
                <th scope="col">{text.since}</th>
                <th scope="col">{text.line}</th>
                <th scope="col">{text.delegates}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <Row key={row.point.id} row={row} zone={zone} />
              ))}
            </tbody>
          </table>
        )}
      </main>
    </div>
  );
}

interface RowProps {
  row: BoardRow;
  zone: string;
}

const Row = memo(
  function Row({ row, zone }: RowProps) {
    const { locale } = useText();
    const text = useReadyText();
    const { level, cause } = useMeetingText();
    const { point, causes, check, since } = row;
    const time = (instant: string) => clockTime(new Date(instant), zone, locale);
    const figure = (value: number | null | undefined) => (value == null ? '?' : value.toLocaleString(locale));
    const measured = check?.measured;
    return (
      <tr data-point={point.id} data-level={row.level}>
        <th scope="row">
          <strong>{point.name}</strong>
          <span>{[row.unit, point.room].filter(Boolean).join(' · ')}</span>
        </th>
        <td>
          <span className={styles.state} data-level={row.level}>
            <Icon name={SHAPES[row.level]} size={20} />
            {causes.length === 0 ? level[row.level] : causes.map((one) => cause[one]).join(', ')}
          </span>
        </td>
        <td>{since ? time(since) : causes[0] === 'never-connected' ? text.notYet : ''}</td>
        <td>
          {check ? (
            <>
              {check.picture && check.sound && text.good} <span>{text.checked(time(check.at))}</span>
              {measured && <span className={styles.figures}>{text.figures(figure(measured.roundTripMs), figure(measured.upKbps), figure(measured.downKbps))}</span>}
            </>
          ) : (
            <span>{text.noCheck}</span>
          )}
        </td>
        <td className={styles.heads}>{row.expected > 0 || row.here > 0 ? text.heads(row.here, row.expected) : ''}</td>
      </tr>
    );
  },
  (a, b) => a.zone === b.zone && JSON.stringify(a.row) === JSON.stringify(b.row),
);

/** Whom the technician calls, in order: who is not there at all, then who is there and not right. */
function CallList({ rows, time, technician }: { rows: BoardRow[]; time: (instant: string) => string; technician: string | null }) {
  const text = useReadyText();
  const { cause } = useMeetingText();
  const missing = rows.filter(({ level }) => level === 'red');
  if (missing.length === 0) return <p className={styles.none}>{text.callNone}</p>;
  return (
    <section className={styles.calls} aria-label={text.callList}>
      <h2>{text.callLead(missing.length)}</h2>
      {technician && <p>{technician}</p>}
      <ol>
        {missing.map(({ point, unit, causes, since }) => (
          <li key={point.id} data-call={point.id}>
            <strong>{point.name}</strong>
            <span>{[unit, point.room].filter(Boolean).join(' · ')}</span>
            <span className={styles.state} data-level="red">
              {causes.map((one) => cause[one]).join(', ')}
              {since && ` (${time(since)})`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const headOf = (text: ReadyMessages): Cell[] => [
  text.code, text.point, text.unit, text.room, text.state, text.cause, text.since, text.picture, text.sound, text.trip, text.up, text.down,
  text.loss, text.here, text.expected,
];

function cellsOf(
  { point, unit, level, causes, since, check, here, expected }: BoardRow,
  text: ReadyMessages,
  levels: Record<BoardRow['level'], string>,
  words: Record<BoardRow['causes'][number], string>,
  time: (instant: string) => string,
): Cell[] {
  const measured = check?.measured;
  const flag = (good: boolean | undefined) => (good === undefined ? null : good ? text.yes : text.no);
  const loss = measured && Math.max(measured.lossUpPerMille ?? 0, measured.lossDownPerMille ?? 0);
  return [
    point.id, point.name, unit, point.room, levels[level], causes.map((cause) => words[cause]).join('; '), since && time(since),
    flag(check?.picture), flag(check?.sound), measured?.roundTripMs ?? null, measured?.upKbps ?? null, measured?.downKbps ?? null, loss ?? null,
    here, expected,
  ];
}
