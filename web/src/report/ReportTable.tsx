// A table of the report on the screen, in pages where it is long.
import { memo, useState } from 'react';

import { useReportText } from '../i18n/report';
import { cellText, isNumber, type Cell, type Table } from './cell';
import type { Clock } from './moment';
import { Pager } from './Pager';
import styles from './report.module.css';

interface Props {
  /** Names the table for those who hear it. */
  label: string;
  table: Table;
  clock: Clock;
  /** For tests: which of the tables it is. */
  name: string;
}

const PAGE_ROWS = 50;

export function ReportTable({ label, table, clock, name }: Props) {
  const text = useReportText();
  const [page, setPage] = useState(0);
  const { columns, rows, total } = table;
  const last = Math.max(0, Math.ceil(rows.length / PAGE_ROWS) - 1);
  const shown = Math.min(page, last);
  const from = shown * PAGE_ROWS;
  const inSight = rows.slice(from, from + PAGE_ROWS);
  if (rows.length === 0) return <p className={styles.soft}>{text.table.none}</p>;
  return (
    <>
      {/* It scrolls on its own: the keys must reach it. */}
      <div className={styles.scroll} role="region" aria-label={label} tabIndex={0}>
        <table className={styles.table} data-table={name}>
          <thead>
            <tr>
              {columns.map(({ key, head, isHead }, index) => (
                <th key={`${key} ${index}`} scope="col" data-cell={key} data-head={isHead} data-number={inSight.some((row) => isNumber(row.cells[index] ?? EMPTY))}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          {total && (
            <tbody data-sum>
              <Line id="total" cells={total} table={table} clock={clock} isTotal />
            </tbody>
          )}
          <tbody>
            {inSight.map((row) => (
              <Line key={row.id} id={row.id} cells={row.cells} table={table} clock={clock} />
            ))}
          </tbody>
        </table>
      </div>
      <Pager label={label} page={shown} last={last} from={from + 1} to={Math.min(from + PAGE_ROWS, rows.length)} all={rows.length} onPage={setPage} />
    </>
  );
}

const EMPTY: Cell = { is: 'empty' };

interface LineProps {
  id: string;
  cells: readonly Cell[];
  table: Table;
  clock: Clock;
  isTotal?: boolean;
}

const Line = memo(function Line({ id, cells, table, clock, isTotal = false }: LineProps) {
  return (
    <tr data-row={id} data-total={isTotal}>
      {cells.map((cell, index) => {
        const column = table.columns[index];
        const content = cell.is === 'moment' ? <time dateTime={cell.moment}>{cellText(cell, clock)}</time> : cellText(cell, clock);
        const given = { 'data-cell': column?.key, 'data-is': cell.is };
        // The first cell of the sum says what it is.
        if (isTotal ? index === 0 : column?.isHead) {
          return (
            <th key={index} scope="row" data-depth={cell.is === 'below' ? Math.min(cell.depth, 3) : undefined} data-head={column?.isHead} {...given}>
              {content}
            </th>
          );
        }
        return (
          <td key={index} data-number={isNumber(cell)} {...given}>
            {content}
          </td>
        );
      })}
    </tr>
  );
});
