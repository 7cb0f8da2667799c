// Whether a point is ready, and what is wrong where it is not; pure policy, the same on the desk and on the board.
import type { Counts, LineView, Phase } from '../api/schema';

export type Level = 'red' | 'amber' | 'green' | 'quiet';

/** Why a point is not green, the gravest first. */
export type Cause =
  | 'never-connected'
  | 'line-lost'
  | 'no-picture'
  | 'no-sound'
  | 'weak-line'
  | 'not-checked'
  | 'nobody-here'
  | 'unconfirmed';

export interface Readiness {
  level: Level;
  /** The gravest first. */
  causes: Cause[];
  /** Since when it is so, as far as that is known: an instant of the server. */
  since: string | null;
}

const RED: ReadonlySet<Cause> = new Set<Cause>(['never-connected', 'line-lost', 'no-picture', 'no-sound']);

/** Above these a line is weak: sound comes in pieces. */
const WEAK = { roundTripMs: 400, lossPerMille: 30, kbps: 400 };

export interface PointFacts {
  line: LineView | undefined;
  counts: Counts | undefined;
  removed: boolean;
}

export function readinessOf({ line, counts, removed }: PointFacts, phase: Phase): Readiness {
  if (removed || phase === 'draft' || phase === 'closed') return { level: 'quiet', causes: [], since: null };
  const causes = causesOf(line, counts, phase);
  const [first] = causes;
  const worst: Level = first === undefined ? 'green' : RED.has(first) ? 'red' : 'amber';
  // Before the line check nobody is expected yet.
  const level = phase === 'published' && first === 'never-connected' ? 'quiet' : worst;
  return { level, causes, since: sinceOf(first, line) };
}

function causesOf(line: LineView | undefined, counts: Counts | undefined, phase: Phase): Cause[] {
  if (!line?.connected) return [line?.downSince ? 'line-lost' : 'never-connected'];
  const causes: Cause[] = [];
  const { check } = line;
  if (check && !check.picture) causes.push('no-picture');
  if (check && !check.sound) causes.push('no-sound');
  if (isWeak(line)) causes.push('weak-line');
  const before = phase === 'published' || phase === 'line-check';
  if (before && !check) causes.push('not-checked');
  if (!before && counts && counts.expected > 0) {
    if (hereOf(counts) === 0 && counts.unconfirmed === 0) causes.push('nobody-here');
    else if (counts.unconfirmed > 0) causes.push('unconfirmed');
  }
  return causes;
}

function sinceOf(cause: Cause | undefined, line: LineView | undefined): string | null {
  switch (cause) {
    case 'line-lost':
      return line?.downSince ?? null;
    case 'no-picture':
    case 'no-sound':
    case 'weak-line':
      return line?.check?.at ?? null;
    case 'never-connected':
      return null;
    default:
      return line?.since ?? null;
  }
}

export function isWeak(line: LineView): boolean {
  const measured = line.check?.measured;
  if (!measured) return false;
  const above = (value: number | null | undefined, most: number) => value != null && value > most;
  const below = (value: number | null | undefined, least: number) => value != null && value < least;
  return (
    above(measured.roundTripMs, WEAK.roundTripMs) ||
    above(measured.lossUpPerMille, WEAK.lossPerMille) ||
    above(measured.lossDownPerMille, WEAK.lossPerMille) ||
    below(measured.upKbps, WEAK.kbps) ||
    below(measured.downKbps, WEAK.kbps)
  );
}

/** How many sit there, expected or not. */
export const hereOf = ({ present, proxy, added }: Counts): number => present + proxy + added;

const RANK: Record<Level, number> = { red: 0, amber: 1, green: 2, quiet: 3 };

/** Red first. */
export const byLevel = (a: Level, b: Level): number => RANK[a] - RANK[b];
