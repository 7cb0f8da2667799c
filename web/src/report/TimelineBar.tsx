// A timeline as a picture: when the line was up, beside when people were confirmed. Its facts stand in a table as well.
import type { Scale, Span, Timeline } from './timeline';
import styles from './Timeline.module.css';

const at = (share: number): string => `${(share * 100).toFixed(3)}%`;
/** A stay of a moment must be seen too. */
const width = ({ from, to }: Span): string => at(Math.max(to - from, 0.002));

interface Props {
  scale: Scale;
  timeline: Timeline;
  /** What it shows, in words. */
  label: string;
}

export function TimelineBar({ scale, timeline, label }: Props) {
  return (
    <svg className={styles.timeline} role="img" aria-label={label} focusable="false">
      <Ground scale={scale} />
      {timeline.stays.map((stay, index) => (
        <rect key={index} className={styles.stay} x={at(stay.from)} width={width(stay)} y="38%" height="34%" data-stay />
      ))}
      {timeline.marks.map((mark) => (
        <Diamond key={mark.at} x={at(mark.at)} y="22%" />
      ))}
    </svg>
  );
}

/** A nested picture has its own origin, which a share of the width can move. */
function Diamond({ x, y }: { x: string; y: string }) {
  return (
    <svg x={x} y={y} overflow="visible" data-mark>
      <path className={styles.mark} d="M0-5 5 0 0 5-5 0Z" />
    </svg>
  );
}

function Ground({ scale }: { scale: Scale }) {
  return (
    <>
      {scale.open && <rect className={styles.open} x={at(scale.open.from)} width={width(scale.open)} y="0" height="100%" />}
      {scale.pauses.map((pause) => (
        <rect key={pause.from} className={styles.pause} x={at(pause.from)} width={width(pause)} y="0" height="100%" />
      ))}
      {scale.ticks.map((tick) => (
        <line key={tick.at} className={styles.tick} x1={at(tick.at)} x2={at(tick.at)} y1="0" y2="100%" />
      ))}
    </>
  );
}

/** The times under which the bars stand; the bars' own words have them for those who hear the page. */
export function Ticks({ ticks }: Pick<Scale, 'ticks'>) {
  return (
    <svg className={styles.ticks} aria-hidden="true" focusable="false">
      {ticks.map((tick) => (
        <text key={tick.at} x={at(tick.at)} y="75%" textAnchor={tick.at < 0.03 ? 'start' : tick.at > 0.97 ? 'end' : 'middle'}>
          {tick.label}
        </text>
      ))}
    </svg>
  );
}

/** Two bars of an item of the agenda: planned, and below it as it went. */
export function AgendaBars({ planned, periods, ticks, label }: { planned: Span | null; periods: Span[]; ticks: Scale['ticks']; label: string }) {
  return (
    <svg className={styles.agenda} role="img" aria-label={label} focusable="false">
      {ticks.map((tick) => (
        <line key={tick.at} className={styles.tick} x1={at(tick.at)} x2={at(tick.at)} y1="0" y2="100%" />
      ))}
      {planned && <rect className={styles.planned} x={at(planned.from)} width={width(planned)} y="12%" height="34%" />}
      {periods.map((period) => (
        <rect key={period.from} className={styles.went} x={at(period.from)} width={width(period)} y="54%" height="34%" />
      ))}
    </svg>
  );
}

/** The same shapes beside their names. */
export function Sample({ of }: { of: 'stay' | 'open' | 'pause' | 'mark' | 'planned' | 'went' }) {
  return (
    <svg className={styles.sample} aria-hidden="true" focusable="false">
      {of === 'mark' ? <Diamond x="50%" y="50%" /> : <rect className={styles[of]} x="1" y="15%" width="90%" height="70%" />}
    </svg>
  );
}

/** How much something is of the most, beside its figure. */
export function ShareBar({ share }: { share: number }) {
  return (
    <svg className={styles.share} aria-hidden="true" focusable="false">
      <rect className={styles.shareAll} x="0" y="0" width="100%" height="100%" />
      <rect className={styles.went} x="0" y="0" width={at(share)} height="100%" />
    </svg>
  );
}
