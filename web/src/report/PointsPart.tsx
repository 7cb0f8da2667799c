// Point by point: the line over time, and beside it the roll call of the room. Both are drawn, and told as tables.
import { memo, useId, useMemo, useState } from 'react';

import type { DelegateRow, PointRow } from '../api/schema';
import { useReportText } from '../i18n/report';
import { FilterBar } from '../ui/FilterBar';
import { Icon } from '../ui/Icon';
import { percent } from './cell';
import { clockText, lengthText } from './moment';
import { Pager } from './Pager';
import { arrivals, findPoints, POINT_FILTERS, type PointFilter } from './people';
import styles from './Points.module.css';
import shared from './report.module.css';
import { ReportTable } from './ReportTable';
import { attendedOf, gapsMs, lineState, pointsTable } from './tables';
import { lineFacts, scaleOf, timelineOf, type Mark, type Scale } from './timeline';
import { Sample, Ticks, TimelineBar } from './TimelineBar';
import type { Wording } from './wording';

const PAGE_POINTS = 25;
const LEGEND = ['stay', 'mark', 'open', 'pause'] as const;
const NOBODY: readonly Mark[] = [];

export function PointsPart({ wording }: { wording: Wording }) {
  const { points: text } = useReportText();
  const { report } = wording;
  const [filter, setFilter] = useState<PointFilter>('all');
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(0);
  const [open, setOpen] = useState<string | null>(null);
  const scale = useMemo(() => scaleOf(report), [report]);
  const marks = useMemo(() => arrivals(report), [report]);
  const table = useMemo(() => pointsTable(wording), [wording]);
  const { ids, counts } = useMemo(() => findPoints(wording, filter, search), [wording, filter, search]);
  const rows = report.points.filter(({ point }) => ids.has(point));
  const last = Math.max(0, Math.ceil(rows.length / PAGE_POINTS) - 1);
  const shown = Math.min(page, last);
  const from = shown * PAGE_POINTS;
  return (
    <>
      <p className={shared.lead}>{text.lead}</p>
      <FilterBar names={POINT_FILTERS} words={text.filter} label={text.filters} counts={counts} filter={filter} onFilter={setFilter} search={search} searchLabel={text.search} onSearch={setSearch} />
      <p className={styles.legend}>
        <span className="visually-hidden">{text.legend.label}: </span>
        {LEGEND.map((name) => (
          <span key={name}>
            <Sample of={name} /> {text.legend[name]}
          </span>
        ))}
      </p>
      {rows.length === 0 ? (
        <p className={shared.soft}>{text.none}</p>
      ) : (
        <>
          <div className={styles.axis} aria-hidden="true">
            <Ticks ticks={scale.ticks} />
          </div>
          <ol className={styles.list}>
            {rows.slice(from, from + PAGE_POINTS).map((row) => (
              <Point
                key={row.point}
                row={row}
                wording={wording}
                scale={scale}
                marks={marks.get(row.point) ?? NOBODY}
                isOpen={open === row.point}
                onToggle={setOpen}
              />
            ))}
          </ol>
          <Pager label={text.table} page={shown} last={last} from={from + 1} to={Math.min(from + PAGE_POINTS, rows.length)} all={rows.length} onPage={setPage} />
        </>
      )}
      <h2 className={shared.heading}>{text.all}</h2>
      <ReportTable name="points" label={text.all} table={table} clock={wording.clock} />
    </>
  );
}

interface PointProps {
  row: PointRow;
  wording: Wording;
  scale: Scale;
  marks: readonly Mark[];
  isOpen: boolean;
  onToggle: (point: string | null) => void;
}

const Point = memo(function Point({ row, wording, scale, marks, isOpen, onToggle }: PointProps) {
  const { points: text, line: lineWords } = useReportText();
  const { report } = wording;
  const details = useId();
  const { line, roll } = row;
  const timeline = useMemo(() => timelineOf(row, marks, scale), [row, marks, scale]);
  const unit = [row.parent ? wording.point(row.parent) : '', row.room].filter(Boolean).join(' · ');
  const share = line.whileOpenMs != null && report.life.openMs ? text.share(percent(line.whileOpenMs / report.life.openMs)) : '';
  return (
    <li className={styles.point} data-point={row.point} data-line={lineState(row)}>
      <button type="button" className={styles.name} aria-expanded={isOpen} aria-controls={details} onClick={() => onToggle(isOpen ? null : row.point)}>
        <Icon name={isOpen ? 'up' : 'down'} size={16} />
        <span>
          <strong>{row.name}</strong>
          <small>{unit}</small>
        </span>
      </button>
      <p className={styles.line}>
        <strong>{line.stays.length === 0 ? lineWords.never : lengthText(line.connectedMs)}</strong>
        {line.stays.length > 0 && <small>{[share, text.gapsOf(line.gaps.length, lengthText(gapsMs(row)))].filter(Boolean).join(', ')}</small>}
      </p>
      <div className={styles.drawing}>
        <TimelineBar scale={scale} timeline={timeline} label={text.drawn(row.name, line.stays.length, line.gaps.length, marks.length)} />
      </div>
      <p className={styles.heads}>{roll.expected > 0 || attendedOf(roll) > 0 ? text.headsOf(attendedOf(roll), roll.expected) : ''}</p>
      <div id={details} className={styles.details} hidden={!isOpen}>
        {isOpen && <Details row={row} wording={wording} />}
      </div>
    </li>
  );
});

/** The facts that the timeline draws. */
function Details({ row, wording }: { row: PointRow; wording: Wording }) {
  const { points: text } = useReportText();
  const { clock, report, delegate, presence, actor } = wording;
  const facts = lineFacts(row);
  const said = report.delegates.filter(({ point }) => point === row.point).flatMap(saidOf).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const time = (moment: string) => <time dateTime={moment}>{clockText(moment, clock)}</time>;
  return (
    <>
      <div>
        <h2>{text.facts}</h2>
        {facts.length === 0 ? (
          <p className={shared.soft}>{text.noLine}</p>
        ) : (
          <div className={shared.scroll} role="region" aria-label={`${text.facts}: ${row.name}`} tabIndex={0}>
            <table className={shared.table} data-table="line">
              <thead>
                <tr>
                  <th scope="col">{text.what}</th>
                  <th scope="col">{text.from}</th>
                  <th scope="col">{text.to}</th>
                  <th scope="col">{text.lasted}</th>
                </tr>
              </thead>
              <tbody>
                {facts.map((fact) => (
                  <tr key={`${fact.is} ${fact.from}`} data-fact={fact.is}>
                    <th scope="row">{text[fact.is]}</th>
                    <td>{time(fact.from)}</td>
                    <td>{fact.to === null ? text.still : time(fact.to)}</td>
                    <td>{lengthText(fact.ms)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
      <div>
        <h2>{text.confirmations}</h2>
        {said.length === 0 ? (
          <p className={shared.soft}>{text.noConfirmations}</p>
        ) : (
          <div className={shared.scroll} role="region" aria-label={`${text.confirmations}: ${row.name}`} tabIndex={0}>
            <table className={shared.table} data-table="marks">
              <thead>
                <tr>
                  <th scope="col">{text.at}</th>
                  <th scope="col">{text.delegate}</th>
                  <th scope="col">{text.said}</th>
                  <th scope="col">{text.by}</th>
                </tr>
              </thead>
              <tbody>
                {said.map((mark) => (
                  <tr key={mark.seq}>
                    <td>{time(mark.at)}</td>
                    <th scope="row">{delegate(mark.delegate)}</th>
                    <td>{presence(mark.presence)}</td>
                    <td>{actor(mark.by)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </>
  );
}

const saidOf = ({ delegate, marks }: DelegateRow) => marks.map((mark) => ({ ...mark, delegate }));
