// The roll of the whole meeting: every point with its delegates, what stands of each, corrections, totals by unit.
import { memo, useMemo, useState } from 'react';

import type { Presence, RollEntry, RollTotals } from '../api/schema';
import type { HostState } from '../desk/acts';
import { useText } from '../i18n';
import { useMeetingText } from '../i18n/meeting';
import { useRollText } from '../i18n/roll';
import { clockTime } from '../join/when';
import { useConduct } from '../meeting/conduct';
import { hereOf } from '../meeting/readiness';
import { Button } from '../ui/Button';
import { FilterBar } from '../ui/FilterBar';
import { Icon } from '../ui/Icon';
import { VirtualList, type RowProps } from '../ui/VirtualList';
import { CorrectDialog } from './CorrectDialog';
import { ExcuseDialog, ProxyDialog } from './dialogs';
import styles from './RollPage.module.css';
import { wholeRoll, WHOLE_FILTERS, type WholeFilter, type WholeRow } from './whole';

export function WholeRoll({ seen }: { seen: HostState }) {
  const { places } = useConduct();
  const { whole: text } = useRollText();
  const [filter, setFilter] = useState<WholeFilter>('all');
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const { outline } = places;
  const { roll, lines } = seen;
  const { rows, counts } = useMemo(
    () => wholeRoll({ points: outline?.points ?? [], hub: outline?.hub ?? '', roll, lines }, filter, search),
    [outline, roll, lines, filter, search],
  );
  const entry = roll.delegates.find(({ id }) => id === chosen) ?? null;
  return (
    <main className={styles.whole}>
      <section className={styles.pane} aria-label={text.list}>
        <FilterBar names={WHOLE_FILTERS} words={text.filter} label={text.filters} counts={counts} filter={filter} onFilter={setFilter} search={search} searchLabel={text.search} onSearch={setSearch} />
        {rows.length === 0 ? (
          <p className={styles.soft}>{text.none}</p>
        ) : (
          <VirtualList label={text.list} rows={rows} isHeading={isPoint} chosen={chosen} onChoose={setChosen} rowRem={2.15} tallRowRem={3.1}>
            {(row, given) => (row.is === 'point' ? <PointHead row={row} /> : <DelegateRow entry={row.entry} given={given} />)}
          </VirtualList>
        )}
      </section>
      <div className={styles.side}>
        <section className={styles.pane} aria-live="polite">
          {entry ? <Detail entry={entry} seen={seen} /> : <p className={styles.soft}>{text.choose}</p>}
        </section>
        <Units units={roll.units} total={roll.total} />
      </div>
    </main>
  );
}

const isPoint = (row: WholeRow): boolean => row.is === 'point';

function PointHead({ row }: { row: Extract<WholeRow, { is: 'point' }> }) {
  const { whole: text } = useRollText();
  return (
    <div className={styles.point}>
      <strong>{row.name}</strong>
      {row.unit !== '' && <span>{row.unit}</span>}
      {!row.connected && (
        <span className={styles.offline}>
          <Icon name="levelRed" size={16} /> {text.offline}
        </span>
      )}
      <span className={styles.count}>{text.totals(row.here, row.expected)}</span>
    </div>
  );
}

interface DelegateProps {
  entry: RollEntry;
  given: RowProps;
}

const DelegateRow = memo(
  function DelegateRow({ entry, given }: DelegateProps) {
    const { whole: text } = useRollText();
    const { presence } = useMeetingText();
    const is = entry.standing?.presence.is;
    const remarks = [entry.late && text.late, entry.leftEarly && text.leftEarly].filter(Boolean).join(', ');
    return (
      <div {...given} className={styles.delegate} data-delegate={entry.id} data-presence={is ?? 'none'}>
        <span className={styles.name}>
          <strong>{entry.name}</strong>
          <small>{entry.title}</small>
        </span>
        <span className={styles.remarks}>{remarks}</span>
        <span className={styles.state} data-presence={is ?? 'none'}>
          {is ? presence[is] : presence.unconfirmed}
        </span>
      </div>
    );
  },
  (a, b) =>
    a.entry === b.entry &&
    a.given['aria-selected'] === b.given['aria-selected'] &&
    a.given['aria-posinset'] === b.given['aria-posinset'] &&
    a.given['aria-setsize'] === b.given['aria-setsize'] &&
    a.given.style.transform === b.given.style.transform &&
    a.given.style.height === b.given.style.height,
);

function Detail({ entry, seen }: { entry: RollEntry; seen: HostState }) {
  const { places, may, give } = useConduct();
  const { locale } = useText();
  const { whole: text, room } = useRollText();
  const { presence: names } = useMeetingText();
  const [asking, setAsking] = useState<'correct' | 'excuse' | 'proxy' | null>(null);
  const zone = places.outline?.zone ?? 'UTC';
  const time = (instant: string) => clockTime(new Date(instant), zone, locale);
  const { standing } = entry;
  const proxy = seen.roll.proxies.findLast(({ delegate }) => delegate === entry.id);
  const call = (presence: Presence) => void give({ do: 'call-roll', delegate: entry.id, presence });
  const calls: { is: 'present' | 'absent' | 'left'; on: boolean }[] = [
    { is: 'present', on: standing?.presence.is !== 'present' },
    { is: 'absent', on: standing?.presence.is !== 'absent' },
    { is: 'left', on: standing?.presence.is === 'present' || standing?.presence.is === 'proxy' },
  ];
  return (
    <div className={styles.detail}>
      <h2>{entry.name}</h2>
      <p>{entry.title}</p>
      <ul>
        <li>{text.at(places.name(`point:${entry.point}`))}</li>
        {entry.unit !== entry.point && <li>{text.of(places.name(`point:${entry.unit}`))}</li>}
        <li>
          {text.stands}: <strong>{standing ? names[standing.presence.is] : names.unconfirmed}</strong>
          {standing?.presence.is === 'excused' && ` (${standing.presence.reason})`}
          {standing && ` ${text.since(time(standing.at), places.name(standing.by))}`}
        </li>
        {standing?.corrected && <li>{text.corrected(standing.corrected)}</li>}
        {entry.firstHere && <li>{text.firstHere(time(entry.firstHere))}</li>}
        {entry.late && <li>{text.late}</li>}
        {entry.leftEarly && <li>{text.leftEarly}</li>}
        {entry.checkedIn && <li>{room.checkedIn(time(entry.checkedIn))}</li>}
        {proxy?.answer.is === 'pending' && <li>{room.proxyPending(proxy.substitute.name)}</li>}
        {proxy?.answer.is === 'approved' && <li>{room.proxyApproved(proxy.substitute.name)}</li>}
        {proxy?.answer.is === 'refused' && <li>{room.proxyRefused(proxy.substitute.name)}</li>}
      </ul>
      <div className={styles.acts}>
        {may('call-roll') && (
          <>
            {calls.map(({ is, on }) => on && <Button key={is} onClick={() => call({ is })}>{names[is]}</Button>)}
            <Button onClick={() => setAsking('excuse')}>{names.excused}</Button>
            {proxy?.answer.is === 'approved' && (
              <Button onClick={() => call({ is: 'proxy', proxy: proxy.id })}>{names.proxy}</Button>
            )}
          </>
        )}
        {may('request-proxy') && entry.expected && (!proxy || proxy.answer.is === 'refused') && (
          <Button onClick={() => setAsking('proxy')}>{room.proxy}</Button>
        )}
        {standing && may('correct-roll') && <Button onClick={() => setAsking('correct')}>{text.correct}</Button>}
      </div>
      {asking === 'excuse' && (
        <ExcuseDialog name={entry.name} onConfirm={(reason) => call({ is: 'excused', reason })} onDone={() => setAsking(null)} />
      )}
      {asking === 'proxy' && (
        <ProxyDialog delegate={entry.id} name={entry.name} onSay={(command) => void give(command)} onDone={() => setAsking(null)} />
      )}
      {asking === 'correct' && standing && (
        <CorrectDialog
          entry={entry}
          corrects={standing.seq}
          proxy={proxy?.answer.is === 'approved' ? proxy.id : null}
          onDone={() => setAsking(null)}
        />
      )}
    </div>
  );
}

const Units = memo(function Units({ units, total }: { units: RollTotals[]; total: Omit<RollTotals, 'of'> }) {
  const { places } = useConduct();
  const { whole: text } = useRollText();
  const away = (of: Omit<RollTotals, 'of'>) => of.absent + of.excused + of.left;
  return (
    // It scrolls on its own: the keys must reach it.
    <section className={styles.units} aria-label={text.units} tabIndex={0}>
      <table>
        <caption>{text.units}</caption>
        <thead>
          <tr>
            <th scope="col">{text.unit}</th>
            <th scope="col">{text.expected}</th>
            <th scope="col">{text.here}</th>
            <th scope="col">{text.away}</th>
            <th scope="col">{text.unconfirmed}</th>
          </tr>
        </thead>
        <tbody>
          <tr className={styles.sum}>
            <th scope="row">{text.all}</th>
            <td>{total.expected}</td>
            <td>{hereOf(total)}</td>
            <td>{away(total)}</td>
            <td>{total.unconfirmed}</td>
          </tr>
          {units.map((unit) => (
            <UnitRow key={unit.of} name={places.name(`point:${unit.of}`)} unit={unit} away={away(unit)} />
          ))}
        </tbody>
      </table>
    </section>
  );
});

const UnitRow = memo(function UnitRow({ name, unit, away }: { name: string; unit: RollTotals; away: number }) {
  return (
    <tr data-unit={unit.of}>
      <th scope="row">{name}</th>
      <td>{unit.expected}</td>
      <td>{hereOf(unit)}</td>
      <td>{away}</td>
      <td>{unit.unconfirmed}</td>
    </tr>
  );
});
