// Counting votes for the eye; pure. The count that holds is the server's.
import type { HostView, VoteView } from '../api/schema';
import { hereOf } from '../meeting/readiness';

export interface OptionCount {
  option: string;
  votes: number;
  /** Of the votes cast, 0 to 1. */
  share: number;
}

/** By option; null while a secret vote is under way, which shows nothing before its end. */
export function countsOf(vote: VoteView): OptionCount[] | null {
  const tally = tallyOf(vote);
  if (tally === null) return null;
  const cast = tally.reduce((sum, votes) => sum + votes, 0);
  return vote.options.map((option, index) => {
    const votes = tally[index] ?? 0;
    return { option, votes, share: cast === 0 ? 0 : votes / cast };
  });
}

function tallyOf(vote: VoteView): number[] | null {
  if (vote.state.is === 'closed') return vote.state.tally;
  if (vote.secret || !vote.ballots) return null;
  const tally = vote.options.map(() => 0);
  for (const choice of Object.values(vote.ballots)) {
    if (choice !== null && choice < tally.length) tally[choice] = (tally[choice] ?? 0) + 1;
  }
  return tally;
}

/** How many have a vote as things stand: delegates who are here, or points that are connected. */
export function electorate(vote: Pick<VoteView, 'by' | 'voted'>, seen: Pick<HostView, 'total' | 'connected'>): number {
  return Math.max(vote.voted, vote.by === 'delegates' ? hereOf(seen.total) : seen.connected);
}
