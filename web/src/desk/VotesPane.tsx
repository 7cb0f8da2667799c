// Votes: the one under way, and how the earlier ones came out.
import { memo } from 'react';

import type { VoteView } from '../api/schema';
import { useText } from '../i18n';
import { useDeskText } from '../i18n/desk';
import { useConduct } from '../meeting/conduct';
import { Button } from '../ui/Button';
import type { Question } from './questions';
import styles from './VotesPane.module.css';
import { countsOf } from './votes';

interface Props {
  votes: VoteView[];
  /** How many have a vote in the one under way. */
  electorate: number;
  onAsk: (question: Question) => void;
}

export const VotesPane = memo(function VotesPane({ votes, electorate, onAsk }: Props) {
  const { vote: text } = useDeskText();
  const { may } = useConduct();
  const running = votes.find(({ state }) => state.is === 'under-way');
  const over = votes.filter((vote) => vote !== running).reverse();
  return (
    <section className={styles.pane} aria-label={text.title}>
      {running && (
        <div className={styles.running}>
          <VoteCard vote={running} electorate={electorate} />
          <div className={styles.acts}>
            <Button tone="primary" disabled={!may('close-vote')} onClick={() => onAsk({ is: 'close-vote' })}>
              {text.close}
            </Button>
            <Button tone="danger" disabled={!may('cancel-vote')} onClick={() => onAsk({ is: 'cancel-vote' })}>
              {text.cancel}
            </Button>
          </div>
        </div>
      )}
      {!running && (
        <div className={styles.acts}>
          <Button disabled={!may('open-vote')} onClick={() => onAsk({ is: 'vote' })}>
            {text.open}
          </Button>
        </div>
      )}
      {over.length > 0 && <h3>{text.earlier}</h3>}
      {votes.length === 0 && <p className={styles.none}>{text.none}</p>}
      {over.map((vote) => (
        <VoteCard key={vote.id} vote={vote} electorate={electorate} />
      ))}
    </section>
  );
});

export function VoteCard({ vote, electorate }: { vote: VoteView; electorate: number }) {
  const { locale } = useText();
  const { vote: text } = useDeskText();
  const counts = vote.state.is === 'cancelled' ? null : countsOf(vote);
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const state = { 'under-way': text.underWay, closed: text.closed, cancelled: text.cancelled }[vote.state.is];
  return (
    <article className={styles.vote} data-vote={vote.id} data-state={vote.state.is}>
      <h4>{vote.question}</h4>
      <p className={styles.facts}>
        {[state, vote.secret ? text.secret : text.public, vote.by === 'delegates' ? text.byDelegates : text.byPoints].join(' · ')}
      </p>
      {vote.state.is === 'under-way' && <p className={styles.voted}>{text.voted(vote.voted, electorate)}</p>}
      {vote.state.is === 'cancelled' && vote.state.reason !== '' && <p className={styles.facts}>{vote.state.reason}</p>}
      {counts ? (
        <ul>
          {counts.map(({ option, votes, share }) => (
            <li key={option}>
              <span>{option}</span>
              <span className={styles.count}>{text.count(votes, percent.format(share))}</span>
              <span className={styles.share} aria-hidden="true" style={{ '--share': share } as React.CSSProperties} />
            </li>
          ))}
        </ul>
      ) : (
        vote.state.is === 'under-way' && <p className={styles.facts}>{text.secretHint}</p>
      )}
      {vote.state.is === 'closed' && <p className={styles.facts}>{text.eligible(vote.state.present, vote.state.eligible)}</p>}
    </article>
  );
}
