// What everybody who runs a meeting must see at once: the ledger is not being written, or this page is behind.
import { useText } from '../i18n';
import { useMeetingText } from '../i18n/meeting';
import { clockTime } from '../join/when';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import styles from './Banners.module.css';
import { useConduct } from './conduct';

export function Banners() {
  const { live, places } = useConduct();
  const { locale } = useText();
  const { ledger: text, live: lineText } = useMeetingText();
  const ledger = live.state?.ledger;
  return (
    <div className={styles.banners}>
      {ledger?.is === 'failing' && (
        <div className={styles.alarm} role="alert" data-banner="ledger">
          <Icon name="warning" />
          <p>
            <strong>{text.failing(ledger.waiting)}</strong> {text.since(clockTime(new Date(ledger.since), places.outline?.zone ?? 'UTC', locale))}
            {ledger.reason !== '' && <code>{ledger.reason}</code>}
          </p>
        </div>
      )}
      {live.line.at === 'waiting' && (
        <div className={styles.behind} role="status" data-banner="line">
          <Icon name="warning" />
          <p>{lineText.lost}</p>
          <Button onClick={live.retryNow}>{lineText.retry}</Button>
        </div>
      )}
    </div>
  );
}
