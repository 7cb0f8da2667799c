// A meeting beside the earlier ones of the same hub: by unit, how many of those expected came; pure.
import type { Glance, Report, Totals } from '../api/schema';
import { attendedOf } from './tables';

export interface Figures {
  expected: number;
  attended: number;
  late: number;
  /** 0 to 1; none when nobody was expected. */
  share: number | null;
}

export interface ComparedMeeting {
  meeting: string;
  title: string;
  number: string;
  startsAt: string;
  points: number;
  pointsThatCame: number;
  total: Figures;
}

export interface ComparedUnit {
  unit: string;
  name: string;
  depth: number;
  /** One for each meeting, in their order; none where the unit was not asked to come. */
  figures: (Figures | null)[];
  /** By how much of a whole the share is above the mean of the earlier ones; none without one. */
  change: number | null;
}

export interface Comparison {
  /** This meeting first, then the earlier ones, the last one first. */
  meetings: ComparedMeeting[];
  units: ComparedUnit[];
  change: number | null;
}

export function figuresOf(of: Totals): Figures {
  const attended = attendedOf(of);
  return { expected: of.expected, attended, late: of.late, share: of.expected > 0 ? attended / of.expected : null };
}

/** The mean of what is known, each meeting counting alike. */
function changeOf([now, ...earlier]: readonly (Figures | null)[]): number | null {
  const shares = earlier.flatMap((figures) => figures?.share ?? []);
  if (now?.share == null || shares.length === 0) return null;
  return now.share - shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** Units that this meeting does not have are left out: they were not asked to come. */
export function compare(report: Report, earlier: readonly Glance[]): Comparison {
  const self: ComparedMeeting = {
    meeting: report.meeting.id,
    title: report.meeting.title,
    number: report.meeting.number,
    startsAt: report.life.opened?.at ?? report.meeting.startsAt,
    points: report.points.length,
    pointsThatCame: report.points.filter(({ line }) => line.stays.length > 0).length,
    total: figuresOf(report.total),
  };
  const others = earlier.map(({ meeting, title, number, startsAt, opened, points, pointsThatCame, total }) => ({
    meeting, title, number, startsAt: opened ?? startsAt, points, pointsThatCame, total: figuresOf(total),
  }));
  const tables = earlier.map(({ units }) => new Map(units.map((row) => [row.unit, row])));
  const units = report.units.map(({ unit, name, depth, withBelow }) => {
    const figures = [figuresOf(withBelow), ...tables.map((table) => figuresOrNone(table.get(unit)?.withBelow))];
    return { unit, name, depth, figures, change: changeOf(figures) };
  });
  return { meetings: [self, ...others], units, change: changeOf([self, ...others].map(({ total }) => total)) };
}

const figuresOrNone = (totals: Totals | undefined): Figures | null => (totals ? figuresOf(totals) : null);
