// When the lines of the points were connected and when people were confirmed, as places on one scale; pure.
import type { Moment, PointRow, Report } from '../api/schema';
import { msBetween, wallOf } from './moment';

/** The scale of a report's timelines; `from` and `to` in ms of the epoch. */
export interface Scale {
  fromMs: number;
  toMs: number;
  ticks: { at: number; label: string }[];
  /** The meeting was open; none before it was opened. */
  open: Span | null;
  pauses: Span[];
}

/** Shares of the scale, 0 to 1. */
export interface Span {
  from: number;
  to: number;
}

export interface Stay extends Span {
  /** It began before the scale does, or ended after its end: the table has when. */
  isCut: boolean;
}

export interface Timeline {
  stays: Stay[];
  /** Confirmations of presence; several at one place are one mark. */
  marks: { at: number; count: number }[];
}

/** Lines are up for hours before some meetings: as much of that is drawn. */
const BEFORE_MS = 60 * 60_000;
const AFTER_MS = 15 * 60_000;
const LEAST_MS = 10 * 60_000;
/** Steps of the scale, in minutes: as many as leave at most `MOST_TICKS`. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440];
const MOST_TICKS = 9;
const MINUTE_MS = 60_000;

export function scaleOf(report: Report): Scale {
  const { life, meeting, asOf } = report;
  const openedMs = Date.parse(life.opened?.at ?? meeting.startsAt);
  const endMs = Math.max(Date.parse(life.closed?.at ?? asOf), openedMs);
  const stays = report.points.flatMap(({ line }) => line.stays);
  const first = stays.reduce((least, { from }) => Math.min(least, Date.parse(from)), openedMs);
  const last = stays.reduce((most, { to }) => Math.max(most, Date.parse(to)), endMs);
  const fromMs = Math.max(first, openedMs - BEFORE_MS);
  const toMs = Math.max(Math.min(last, endMs + AFTER_MS), fromMs + LEAST_MS);
  const span = (from: number, to: number): Span => ({ from: placeOf(from, fromMs, toMs), to: placeOf(to, fromMs, toMs) });
  const open = life.opened ? span(Date.parse(life.opened.at), endMs) : null;
  const pauses = life.pauses.map(({ at, resumed }) => span(Date.parse(at), resumed ? Date.parse(resumed.at) : endMs));
  return { fromMs, toMs, ticks: ticksOf(fromMs, toMs, offsetMs(life.opened?.at ?? meeting.startsAt)), open, pauses };
}

/** The share of the scale at which an instant stands, within it. */
function placeOf(ms: number, fromMs: number, toMs: number): number {
  return Math.min(1, Math.max(0, (ms - fromMs) / (toMs - fromMs)));
}

function offsetMs(moment: Moment): number {
  const { offset } = wallOf(moment);
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

/** Round times of the clocks on the wall. */
function ticksOf(fromMs: number, toMs: number, aheadMs: number): Scale['ticks'] {
  const step = (STEPS.find((minutes) => (toMs - fromMs) / (minutes * MINUTE_MS) <= MOST_TICKS) ?? (toMs - fromMs) / MOST_TICKS / MINUTE_MS) * MINUTE_MS;
  const ticks = [];
  for (let wall = Math.ceil((fromMs + aheadMs) / step) * step; wall - aheadMs <= toMs; wall += step) {
    ticks.push({ at: placeOf(wall - aheadMs, fromMs, toMs), label: new Date(wall).toISOString().slice(11, 16) });
  }
  return ticks;
}

export interface Mark {
  at: Moment;
  delegate: string;
}

export function timelineOf({ line }: Pick<PointRow, 'line'>, confirmations: readonly Pick<Mark, 'at'>[], { fromMs, toMs }: Scale): Timeline {
  const place = (moment: Moment) => placeOf(Date.parse(moment), fromMs, toMs);
  const isWithin = (moment: Moment) => Date.parse(moment) >= fromMs && Date.parse(moment) <= toMs;
  const stays = line.stays
    .filter(({ from, to }) => Date.parse(to) >= fromMs && Date.parse(from) <= toMs)
    .map(({ from, to }) => ({ from: place(from), to: place(to), isCut: !isWithin(from) || !isWithin(to) }));
  const marks = new Map<number, number>();
  for (const { at } of confirmations) {
    // As near as marks can be told apart.
    const where = Math.round(place(at) * 250) / 250;
    marks.set(where, (marks.get(where) ?? 0) + 1);
  }
  return { stays, marks: [...marks].map(([at, count]) => ({ at, count })).sort((a, b) => a.at - b.at) };
}

/** What stands on an agenda's scale: planned above, as it went below. */
export interface AgendaBar {
  item: number;
  planned: Span | null;
  periods: Span[];
}

export interface AgendaChart {
  bars: AgendaBar[];
  ticks: Scale['ticks'];
}

/** Planned times are laid beside the real ones on one scale. */
export function agendaChart(report: Report): AgendaChart {
  const plans = report.agenda.map(({ plannedStart, plannedMinutes }) =>
    plannedStart && plannedMinutes > 0 ? { from: Date.parse(plannedStart), to: Date.parse(plannedStart) + plannedMinutes * MINUTE_MS } : null,
  );
  const went = report.agenda.map(({ periods }) => periods.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) })));
  const all = [...plans.filter((plan) => plan !== null), ...went.flat()];
  if (all.length === 0) return { bars: [], ticks: [] };
  const fromMs = Math.min(...all.map(({ from }) => from));
  const toMs = Math.max(...all.map(({ to }) => to), fromMs + LEAST_MS);
  const span = ({ from, to }: { from: number; to: number }): Span => ({ from: placeOf(from, fromMs, toMs), to: placeOf(to, fromMs, toMs) });
  const bars = report.agenda.map(({ item }, index) => {
    const plan = plans[index] ?? null;
    return { item, planned: plan && span(plan), periods: (went[index] ?? []).map(span) };
  });
  return { bars, ticks: ticksOf(fromMs, toMs, offsetMs(report.meeting.startsAt)) };
}

/** The facts of a point that its timeline draws, in the order of time. */
export type LineFact =
  | { is: 'stay'; from: Moment; to: Moment | null; ms: number }
  | { is: 'gap'; from: Moment; to: Moment; ms: number };

export function lineFacts({ line }: Pick<PointRow, 'line'>): LineFact[] {
  const last = line.stays.length - 1;
  const stays = line.stays.map(({ from, to }, index): LineFact => ({
    is: 'stay', from, to: line.connected && index === last ? null : to, ms: msBetween(from, to),
  }));
  const gaps = line.gaps.map(({ from, to }): LineFact => ({ is: 'gap', from, to, ms: msBetween(from, to) }));
  return [...stays, ...gaps].sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
}
