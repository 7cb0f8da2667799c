// How good a line is, in three steps and gone: by the number of bars that stand, and in words.
import { useHallText } from '../i18n/hall';
import styles from './LineMark.module.css';
import type { LineQuality } from './seats';

const STEPS: Record<NonNullable<LineQuality>, number> = { good: 3, fair: 2, poor: 1, lost: 0 };

/** Words too where there is room for them, and wherever something is wrong. */
export function LineMark({ line, worded }: { line: LineQuality; worded: boolean }) {
  const { hall } = useHallText();
  if (line === null) return null;
  const words = hall.line[line];
  const shown = worded || line === 'poor' || line === 'lost';
  return (
    <span className={styles.line} data-line={line} title={words}>
      <svg width="18" height="14" viewBox="0 0 18 14" aria-hidden="true" focusable="false">
        {[0, 1, 2].map((step) => (
          <rect key={step} x={1 + step * 6} y={9 - step * 4} width="4" height={4 + step * 4} rx="1" data-stands={step < STEPS[line]} />
        ))}
        {line === 'lost' && <path d="M2 1 16 13M16 1 2 13" />}
      </svg>
      <span className={shown ? undefined : 'visually-hidden'}>{words}</span>
    </span>
  );
}
