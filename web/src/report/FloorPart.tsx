// Who spoke, how long, and who asked to and was not heard.
import { useMemo } from 'react';

import { useReportText } from '../i18n/report';
import { percent } from './cell';
import { lengthText } from './moment';
import styles from './report.module.css';
import { ReportTable } from './ReportTable';
import { requestsTable, turnsTable } from './tables';
import { ShareBar } from './TimelineBar';
import type { Wording } from './wording';

export function FloorPart({ wording }: { wording: Wording }) {
  const { floor: text } = useReportText();
  const turns = useMemo(() => turnsTable(wording), [wording]);
  const requests = useMemo(() => requestsTable(wording), [wording]);
  const { speaking } = wording.report;
  const all = speaking.reduce((sum, { takenMs }) => sum + takenMs, 0);
  const most = Math.max(1, ...speaking.map(({ takenMs }) => takenMs));
  return (
    <>
      <h2 className={styles.heading}>{text.chart}</h2>
      {speaking.length === 0 ? (
        <p className={styles.soft}>{text.noTurns}</p>
      ) : (
        <div className={styles.scroll} role="region" aria-label={text.chart} tabIndex={0}>
          <table className={`${styles.table} ${styles.chart}`} data-table="speaking">
            <thead>
              <tr>
                <th scope="col">{text.place}</th>
                <th scope="col" data-number>
                  {text.count}
                </th>
                <th scope="col" data-number>
                  {text.time}
                </th>
                <th scope="col" data-number>
                  {text.share}
                </th>
                <td />
              </tr>
            </thead>
            <tbody>
              {speaking.map(({ place, turns: count, takenMs }) => (
                <tr key={place} data-row={place}>
                  <th scope="row">{wording.place(place)}</th>
                  <td data-number>{count}</td>
                  <td data-number data-cell="taken">
                    {lengthText(takenMs)}
                  </td>
                  <td data-number>{all > 0 ? percent(takenMs / all) : ''}</td>
                  <td className={styles.bar}>
                    <ShareBar share={takenMs / most} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <h2 className={styles.heading}>{text.turns}</h2>
      {turns.rows.length === 0 ? <p className={styles.soft}>{text.noTurns}</p> : <ReportTable name="floor" label={text.turns} table={turns} clock={wording.clock} />}
      <h2 className={styles.heading}>{text.unheard}</h2>
      {requests.rows.length === 0 ? <p className={styles.soft}>{text.noUnheard}</p> : <ReportTable name="requests" label={text.unheard} table={requests} clock={wording.clock} />}
    </>
  );
}
