// Proxies that wait for the chair's word.
import { memo } from 'react';

import type { ProxyView } from '../api/schema';
import { useDeskText } from '../i18n/desk';
import { useConduct } from '../meeting/conduct';
import { Button } from '../ui/Button';
import styles from './VotesPane.module.css';
import { titled, type Question } from './questions';

interface Props {
  proxies: ProxyView[];
  delegateName: (id: string) => string;
  onAsk: (question: Question) => void;
}

export const ProxiesPane = memo(function ProxiesPane({ proxies, delegateName, onAsk }: Props) {
  const { proxies: text } = useDeskText();
  const { may } = useConduct();
  const pending = proxies.filter(({ answer }) => answer.is === 'pending');
  if (pending.length === 0) return null;
  return (
    <section className={styles.proxies} aria-label={text.title(pending.length)}>
      <h3>{text.title(pending.length)}</h3>
      <ul>
        {pending.map((proxy) => (
          <li key={proxy.id} data-proxy={proxy.id}>
            <p>
              <strong>{text.line(titled(proxy.substitute), delegateName(proxy.delegate))}</strong>
              {proxy.reason !== '' && <span>{proxy.reason}</span>}
            </p>
            <Button disabled={!may('approve-proxy')} onClick={() => onAsk({ is: 'approve', proxy })}>
              {text.approve}
            </Button>
            <Button tone="quiet" disabled={!may('refuse-proxy')} onClick={() => onAsk({ is: 'refuse', proxy })}>
              {text.refuse}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
});
