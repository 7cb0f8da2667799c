// A long list to choose from: only the rows in sight are drawn, and the keys go through all of them.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useRef, useState, type CSSProperties, type KeyboardEvent, type ReactNode, type RefObject } from 'react';

import styles from './VirtualList.module.css';

/** What a row that can be chosen gives to its element. */
export interface RowProps {
  id: string;
  role: 'option';
  'aria-selected': boolean;
  'aria-posinset': number;
  'aria-setsize': number;
  style: CSSProperties;
  onClick: () => void;
}

interface Props<Row extends { id: string }> {
  label: string;
  rows: readonly Row[];
  /** A heading among the rows: it is not chosen. */
  isHeading?: (row: Row) => boolean;
  chosen: string | null;
  onChoose: (id: string) => void;
  /** The height of a row, and of one in a narrow list, where it has two lines. */
  rowRem: number;
  tallRowRem: number;
  /** Whether somebody is at the list, by pointer or by keys: then its rows had better stay where they are. */
  onHold?: (held: boolean) => void;
  children: (row: Row, given: RowProps) => ReactNode;
}

/** A list that is narrower has two lines in a row. */
const NARROW_REM = 25;

export function VirtualList<Row extends { id: string }>(props: Props<Row>) {
  const { label, rows, isHeading, chosen, onChoose, rowRem, tallRowRem, onHold, children } = props;
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const { rowPx, isNarrow } = useRowHeight(list, rowRem, tallRowRem);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => list.current,
    estimateSize: () => rowPx,
    overscan: 6,
    getItemKey: (index) => (rows[index] ? keyOf(rows[index], isHeading) : index),
  });
  useEffect(() => virtual.measure(), [virtual, rowPx]);
  const at = rows.findIndex((row) => row.id === chosen && !isHeading?.(row));

  /** To the row there, or on in the same direction when that is a heading. */
  const choose = (to: number, step: 1 | -1) => {
    const within = Math.min(Math.max(to, 0), rows.length - 1);
    for (const way of [step, -step]) {
      for (let index = within; index >= 0 && index < rows.length; index += way) {
        const row = rows[index];
        if (!row || isHeading?.(row)) continue;
        onChoose(row.id);
        virtual.scrollToIndex(index);
        return;
      }
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((list.current?.clientHeight ?? 0) / rowPx) - 1);
    switch (event.key) {
      case 'ArrowDown':
        choose(at + 1, 1);
        break;
      case 'ArrowUp':
        choose(at < 0 ? rows.length - 1 : at - 1, -1);
        break;
      case 'Home':
        choose(0, 1);
        break;
      case 'End':
        choose(rows.length - 1, -1);
        break;
      case 'PageDown':
        choose(at + page, 1);
        break;
      case 'PageUp':
        choose(at - page, -1);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <div
      ref={list}
      className={styles.list}
      data-narrow={isNarrow}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={at >= 0 ? `${id}-${chosen}` : undefined}
      onKeyDown={onKeyDown}
      onFocus={() => onHold?.(true)}
      onBlur={() => onHold?.(false)}
      onPointerEnter={() => onHold?.(true)}
      onPointerLeave={() => onHold?.(document.activeElement === list.current)}
    >
      <div className={styles.all} role="presentation" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const style = { transform: `translateY(${item.start}px)`, height: item.size };
          if (isHeading?.(row)) {
            return (
              <div key={item.key} className={styles.heading} role="presentation" style={style}>
                {children(row, PLAIN)}
              </div>
            );
          }
          const given: RowProps = {
            id: `${id}-${row.id}`,
            role: 'option',
            'aria-selected': row.id === chosen,
            'aria-posinset': item.index + 1,
            'aria-setsize': rows.length,
            style,
            onClick: () => onChoose(row.id),
          };
          return (
            <Keyed key={item.key}>{children(row, given)}</Keyed>
          );
        })}
      </div>
    </div>
  );
}

/** A heading takes nothing of what a row is given. */
const PLAIN: RowProps = { id: '', role: 'option', 'aria-selected': false, 'aria-posinset': 0, 'aria-setsize': 0, style: {}, onClick: () => {} };

const Keyed = ({ children }: { children: ReactNode }) => children;

const keyOf = <Row extends { id: string }>(row: Row, isHeading?: (row: Row) => boolean): string => (isHeading?.(row) ? `heading ${row.id}` : row.id);

/** Rows grow with the text, and where there is little room for it. */
function useRowHeight(list: RefObject<HTMLElement | null>, rowRem: number, tallRowRem: number): { rowPx: number; isNarrow: boolean } {
  const [rows, setRows] = useState({ rowPx: 36, isNarrow: false });
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const remPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      const isNarrow = element.clientWidth < NARROW_REM * remPx;
      const rowPx = Math.round(remPx * (isNarrow ? tallRowRem : rowRem));
      setRows((before) => (before.rowPx === rowPx && before.isNarrow === isNarrow ? before : { rowPx, isNarrow }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [list, rowRem, tallRowRem]);
  return rows;
}
