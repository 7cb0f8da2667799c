// Who is invited to a meeting, and what has become of their invitations; pure.
import type { Invite, Issued } from '../../api/schema';
import { inTree, matcher } from '../../meeting/tree';
import { OFFICERS, type Officer, type Plan } from '../plan/plan';

/** Codes that were issued on this page: they are shown this once. */
export interface Codes {
  seats: ReadonlyMap<string, Issued>;
  checkIns: ReadonlyMap<string, Issued>;
}

export const NO_CODES: Codes = { seats: new Map(), checkIns: new Map() };

export type InviteState = { is: 'none' } | { is: 'live'; since: string } | { is: 'revoked'; since: string };

export interface InviteRow {
  /** The place. */
  id: string;
  name: string;
  /** A room, or what somebody is. */
  detail: string;
  depth: number;
  state: InviteState;
  /** Whether delegates may report by a code of this point. */
  hasCheckIn: boolean;
}

type SeatWords = Record<'hub' | Officer, string>;

/** The hub, the officers that are named, and every point: as the server has them. */
export function rowsOf(plan: Plan, invites: readonly Invite[], words: SeatWords): InviteRow[] {
  const seats = newest(invites, 'seat');
  const checkIns = newest(invites, 'check-in');
  const row = (id: string, name: string, detail: string, depth = 0): InviteRow => ({
    id, name, detail, depth, state: stateOf(seats.get(id)), hasCheckIn: stateOf(checkIns.get(id)).is === 'live',
  });
  const officers = OFFICERS.flatMap((officer) => {
    const person = plan.officers[officer];
    return person ? [row(officer, `${words[officer]}: ${person.name}`, person.title ?? '')] : [];
  });
  const points = inTree(plan.points).map(({ point, depth }) => row(`point:${point.id}`, point.name, point.room, depth));
  return [row('hub', words.hub, plan.points.find(({ id }) => id === plan.hub)?.name ?? ''), ...officers, ...points];
}

function newest(invites: readonly Invite[], kind: Invite['kind']): Map<string, Invite> {
  const found = new Map<string, Invite>();
  for (const invite of invites) {
    const known = found.get(invite.place);
    if (invite.kind === kind && (known === undefined || Date.parse(known.madeAt) <= Date.parse(invite.madeAt))) found.set(invite.place, invite);
  }
  return found;
}

function stateOf(invite: Invite | undefined): InviteState {
  if (invite === undefined) return { is: 'none' };
  return invite.revokedAt ? { is: 'revoked', since: invite.revokedAt } : { is: 'live', since: invite.madeAt };
}

export const withoutOne = (rows: readonly InviteRow[]): string[] => rows.filter(({ state }) => state.is !== 'live').map(({ id }) => id);
export const withOne = (rows: readonly InviteRow[]): string[] => rows.filter(({ state }) => state.is === 'live').map(({ id }) => id);
/** Only rooms have delegates who report. */
export const rooms = (places: readonly string[]): string[] => places.filter((place) => place.startsWith('point:'));

export function matching(rows: readonly InviteRow[], search: string): InviteRow[] {
  const matches = matcher(search);
  return rows.filter(({ id, name, detail }) => matches(name, detail, id));
}

/** With what was issued now; a place's earlier code is worthless. */
export function withIssued(codes: Codes, kind: Invite['kind'], issued: readonly Issued[]): Codes {
  const entries = issued.map((one) => [one.place, one] as const);
  return kind === 'seat'
    ? { ...codes, seats: new Map([...codes.seats, ...entries]) }
    : { ...codes, checkIns: new Map([...codes.checkIns, ...entries]) };
}

/** Without what was revoked. */
export function withoutPlace({ seats, checkIns }: Codes, place: string): Codes {
  return { seats: new Map([...seats].filter(([id]) => id !== place)), checkIns };
}

/** Where a code is entered: the link without the code. */
export const entryOf = (link: string): string => link.split('#')[0] ?? link;
