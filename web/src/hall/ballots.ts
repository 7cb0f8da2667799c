// The vote under way as one room sees it: who there has a vote, and who has used it; pure.
import type { MeetingState, RollEntry, VoteView } from '../api/schema';
import { pointOf } from '../meeting/places';

export interface OwnVoter {
  /** As the command names it. */
  voter: { delegate: string } | { point: string };
  key: string;
  /** The delegate's name; null for the room as a whole. */
  name: string | null;
  voted: boolean;
  /** What was chosen, where that is told: not in a secret vote. */
  choice: number | null;
}

export interface OwnVote {
  vote: VoteView;
  voters: OwnVoter[];
}

/** What is needed of a meeting: its votes, the roll, and of a seat's own view the own ballots. */
type VoteSight = Pick<MeetingState, 'votes' | 'roll'> & { ballots?: Record<string, number | null> };

/** Null while no vote is under way, and for whoever has no vote in it. */
export function ownVote(state: VoteSight, self: string | null, hub: string | null): OwnVote | null {
  const vote = state.votes.find((one) => one.state.is === 'under-way');
  if (!vote || self === null) return null;
  const ballots = state.ballots ?? vote.ballots ?? {};
  // The desk of the hub is the clerk of the hub's room.
  const room = self === 'hub' ? hub : pointOf(self);
  const voter = (key: string, of: OwnVoter['voter'], name: string | null): OwnVoter => ({
    voter: of, key, name, voted: key in ballots, choice: ballots[key] ?? null,
  });
  if (vote.by === 'points') {
    return room === null ? null : { vote, voters: [voter(`point:${room}`, { point: room }, null)] };
  }
  if (self.startsWith('delegate:')) {
    const id = self.slice('delegate:'.length);
    return { vote, voters: [voter(self, { delegate: id }, null)] };
  }
  const roll: readonly RollEntry[] = state.roll?.delegates ?? [];
  const here = roll.filter((entry) => entry.point === room && isHere(entry));
  return room === null ? null : { vote, voters: here.map(({ id, name }) => voter(`delegate:${id}`, { delegate: id }, name)) };
}

const isHere = ({ standing }: RollEntry): boolean => standing?.presence.is === 'present' || standing?.presence.is === 'proxy';

export const openBallots = (own: OwnVote | null): number => own?.voters.filter(({ voted }) => !voted).length ?? 0;
