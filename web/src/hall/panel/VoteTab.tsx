// The vote under way as its voters see it, and how the earlier ones came out.
import { useState } from 'react';

import { VoteCard } from '../../desk/VotesPane';
import { useHallText } from '../../i18n/hall';
import { useConduct } from '../../meeting/conduct';
import { Button } from '../../ui/Button';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { ownVote, type OwnVote, type OwnVoter } from '../ballots';
import styles from './Panel.module.css';

interface Asked {
  voter: OwnVoter;
  choice: number;
}

export function VoteTab() {
  const { live, self, places } = useConduct();
  const { cast } = useHallText();
  const { state } = live;
  if (state === null) return null;
  const running = state.votes.find((vote) => vote.state.is === 'under-way');
  const own = ownVote(state, self, places.outline?.hub ?? null);
  const over = state.votes.filter((vote) => vote !== running).reverse();
  return (
    <div className={styles.parts}>
      {!running && <p className={styles.soft}>{cast.none}</p>}
      {running && (
        <section aria-labelledby="vote-running">
          <h3 id="vote-running">{running.question}</h3>
          <p className={styles.soft}>{running.secret ? cast.secret : cast.public}</p>
          {own ? <Ballots own={own} /> : <p>{cast.notYours}</p>}
        </section>
      )}
      {over.length > 0 && (
        <section aria-labelledby="votes-over">
          <h3 id="votes-over">{cast.results}</h3>
          {over.map((vote) => (
            <VoteCard key={vote.id} vote={vote} electorate={0} />
          ))}
        </section>
      )}
    </div>
  );
}

export function Ballots({ own: { vote, voters } }: { own: OwnVote }) {
  const { may, give, self } = useConduct();
  const { cast } = useHallText();
  const [asked, setAsked] = useState<Asked | null>(null);
  if (voters.length === 0) return <p>{cast.nobody}</p>;
  const nameOf = ({ name }: OwnVoter) => (name !== null ? cast.of(name) : self?.startsWith('delegate:') ? cast.own : cast.room);
  const option = asked ? (vote.options[asked.choice] ?? '') : '';
  const send = ({ voter: { voter }, choice }: Asked) => {
    setAsked(null);
    void give({ do: 'cast-ballot', vote: vote.id, voter, choice }, { done: vote.secret ? cast.doneSecret : cast.done(vote.options[choice] ?? '') });
  };
  return (
    <>
      <ul className={styles.rows}>
        {voters.map((voter) => (
          <li key={voter.key} className={styles.ballot} data-voter={voter.key}>
            <p>
              <strong>{nameOf(voter)}</strong>
            </p>
            {voter.voted ? (
              <p data-testid="voted">{voter.choice === null ? cast.voted : cast.chose(vote.options[voter.choice] ?? '')}</p>
            ) : (
              <div className={styles.options} role="group" aria-label={nameOf(voter)}>
                {vote.options.map((words, choice) => (
                  <Button key={choice} disabled={!may('cast-ballot')} onClick={() => setAsked({ voter, choice })}>
                    {words}
                  </Button>
                ))}
              </div>
            )}
          </li>
        ))}
      </ul>
      {asked && (
        <ConfirmDialog title={cast.confirmTitle(option)} confirm={cast.confirm} onConfirm={() => send(asked)} onCancel={() => setAsked(null)}>
          <p>{asked.voter.name !== null ? `${cast.of(asked.voter.name)}. ${cast.confirmText}` : cast.confirmText}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
