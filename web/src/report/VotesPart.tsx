// What was voted on, with which result, and in open votes who voted for what.
import { useMemo } from 'react';

import { useReportText } from '../i18n/report';
import styles from './report.module.css';
import { ReportTable } from './ReportTable';
import { ballotsTable, votesTable } from './tables';
import { ShareBar } from './TimelineBar';
import type { Wording } from './wording';

export function VotesPart({ wording }: { wording: Wording }) {
  const words = useReportText();
  const text = words.votes;
  const results = useMemo(() => votesTable(wording), [wording]);
  const ballots = useMemo(() => ballotsTable(wording), [wording]);
  const { votes } = wording.report;
  if (votes.length === 0) return <p className={styles.soft}>{text.none}</p>;
  return (
    <>
      <div className={styles.votes}>
        {votes.map(({ vote, question, outcome, options, voted, secret, by }) => {
          const most = Math.max(1, ...options.map(({ votes: count }) => count ?? 0));
          return (
            <section key={vote} className={styles.card} data-vote={vote}>
              <h2>{text.heading(vote, question)}</h2>
              <p className={styles.soft}>
                {words.vote[outcome.is]} · {secret ? words.secret : words.open} · {words.voters[by]}
              </p>
              <ul className={styles.options}>
                {options.map(({ option, votes: count }) => (
                  <li key={option}>
                    <span>{option}</span>
                    <strong>{count == null ? text.notCounted : text.countOf(count)}</strong>
                    {count != null && <ShareBar share={count / most} />}
                  </li>
                ))}
              </ul>
              <p>{outcome.is === 'closed' ? text.summary(voted, outcome.present, outcome.eligible) : text.votedSoFar(voted)}</p>
            </section>
          );
        })}
      </div>
      <h2 className={styles.heading}>{text.results}</h2>
      <ReportTable name="votes" label={text.results} table={results} clock={wording.clock} />
      <h2 className={styles.heading}>{text.ballots}</h2>
      {ballots.rows.length === 0 ? <p className={styles.soft}>{text.noBallots}</p> : <ReportTable name="ballots" label={text.ballots} table={ballots} clock={wording.clock} />}
    </>
  );
}
