// The agenda as it was planned, beside as it went.
import { useMemo } from 'react';

import { useReportText } from '../i18n/report';
import { lengthText } from './moment';
import styles from './report.module.css';
import { ReportTable } from './ReportTable';
import { agendaTable, plannedMs, takenMs } from './tables';
import { agendaChart } from './timeline';
import { AgendaBars, Sample, Ticks } from './TimelineBar';
import type { Wording } from './wording';

export function AgendaPart({ wording }: { wording: Wording }) {
  const { agenda: text } = useReportText();
  const { report } = wording;
  const chart = useMemo(() => agendaChart(report), [report]);
  const table = useMemo(() => agendaTable(wording), [wording]);
  if (report.agenda.length === 0) return <p className={styles.soft}>{text.none}</p>;
  return (
    <>
      {chart.bars.length > 0 && (
        <section className={styles.card}>
          <h2>{text.chart}</h2>
          <p className={styles.legend}>
            <span>
              <Sample of="planned" /> {text.planned}
            </span>
            <span>
              <Sample of="went" /> {text.went}
            </span>
          </p>
          <ol className={styles.items}>
            {report.agenda.map((row, index) => {
              const bar = chart.bars[index];
              const [planned, taken] = [plannedMs(row), takenMs(row)];
              const label = text.drawn(row.title, planned === null ? text.openEnded : lengthText(planned), taken === null ? text.notTaken : lengthText(taken));
              return (
                <li key={row.item}>
                  <span>
                    {row.item}. {row.title}
                  </span>
                  {bar && <AgendaBars planned={bar.planned} periods={bar.periods} ticks={chart.ticks} label={label} />}
                </li>
              );
            })}
            <li aria-hidden="true">
              <span />
              <Ticks ticks={chart.ticks} />
            </li>
          </ol>
        </section>
      )}
      <h2 className={styles.heading}>{text.table}</h2>
      <ReportTable name="agenda" label={text.table} table={table} clock={wording.clock} />
    </>
  );
}
