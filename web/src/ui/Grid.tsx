// A long table: only the rows in sight are drawn, and the keys go through all of them, row by row and cell by cell.
import type { ReactNode } from 'react';
import { Cell, Column, ResizableTableContainer, Row, Table, TableBody, TableHeader, TableLayout, Virtualizer } from 'react-aria-components';

import styles from './Grid.module.css';
import { useRemPx } from './useRemPx';

export interface GridColumn<Item> {
  id: string;
  label: string;
  /** Shares of the width, and the least of it in rem. */
  share: number;
  leastRem: number;
  /** Names the row. */
  isName?: boolean;
  cell: (item: Item) => ReactNode;
}

interface Props<Item extends { id: string }> {
  label: string;
  columns: readonly GridColumn<Item>[];
  items: readonly Item[];
  /** By Enter or a double click on a row. */
  onAction?: (item: Item) => void;
  empty: ReactNode;
}

const ROW_REM = 3;

export function Grid<Item extends { id: string }>({ label, columns, items, onAction, empty }: Props<Item>) {
  const remPx = useRemPx();
  const rowPx = Math.round(ROW_REM * remPx);
  return (
    <ResizableTableContainer className={styles.frame}>
      <Virtualizer layout={TableLayout} layoutOptions={{ rowHeight: rowPx, headingHeight: rowPx }}>
        <Table
          aria-label={label}
          className={styles.table}
          onRowAction={(key) => {
            const item = items.find(({ id }) => id === key);
            if (item) onAction?.(item);
          }}
        >
          <TableHeader columns={columns}>
            {(column) => (
              <Column id={column.id} isRowHeader={column.isName} width={`${column.share}fr`} minWidth={column.leastRem * remPx} className={styles.column}>
                {column.label}
              </Column>
            )}
          </TableHeader>
          <TableBody items={items} dependencies={[columns]} renderEmptyState={() => <div className={styles.empty}>{empty}</div>}>
            {(item) => (
              <Row id={item.id} columns={columns} className={styles.row}>
                {(column) => <Cell className={styles.cell}>{column.cell(item)}</Cell>}
              </Row>
            )}
          </TableBody>
        </Table>
      </Virtualizer>
    </ResizableTableContainer>
  );
}
