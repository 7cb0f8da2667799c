// Says what the line does when it does not simply work.
import { useEffect, useState } from 'react';

import { useHallText } from '../i18n/hall';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import type { Line } from './line';
import styles from './LineBanner.module.css';

export function LineBanner({ line, onRetry }: { line: Line; onRetry: () => void }) {
  const { line: text } = useHallText();
  const lost = line.at === 'resuming' || line.at === 'waiting' || line.at === 'rejoining';
  const back = line.at === 'up' && line.back;
  return (
    <>
      {/* Said once each time: a countdown read out every second would drown everything else. */}
      <p className="visually-hidden" role="alert">
        {lost ? text.announceLost : ''}
      </p>
      <div role="status" className="visually-hidden">
        {back ? text.back : ''}
      </div>
      {lost && (
        <div className={styles.lost} data-line={line.at}>
          <Icon name="warning" />
          <p>
            <strong>
              {line.at === 'waiting' ? <Countdown untilMs={line.retryAtMs} /> : line.at === 'resuming' ? text.resuming : text.trying}
            </strong>
            <span>{line.at === 'resuming' ? text.resumingHint : text.waitingHint}</span>
          </p>
          {line.at === 'waiting' && <Button onClick={onRetry}>{text.retryNow}</Button>}
        </div>
      )}
      {back && (
        <div className={styles.back} data-line="back" aria-hidden="true">
          <p>
            <strong>{text.back}</strong>
          </p>
        </div>
      )}
    </>
  );
}

function Countdown({ untilMs }: { untilMs: number }) {
  const { line } = useHallText();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [untilMs]);
  return <>{line.waiting(Math.max(1, Math.ceil((untilMs - now) / 1000)))}</>;
}
