import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { PointRow, Report } from '../api/schema';
import { clockText, dayAndClockText, lengthText } from './moment';
import { agendaChart, lineFacts, scaleOf, timelineOf } from './timeline';

const report = JSON.parse(readFileSync('../src/papers/golden/report.json', 'utf8')) as Report;
const point = (id: string) => report.points.find((row) => row.point === id) as PointRow;
const day = '2021-10-19T';
const line = (...stays: [string, string][]) => ({
  ...point('02233').line,
  stays: stays.map(([from, to]) => ({ from: `${day}${from}:00+07:00`, to: `${day}${to}:00+07:00` })),
});

describe('moments', () => {
  const clock = { day: '2021-10-19', clocksChanged: false, language: 'vi' as const };

  it('are told by the clocks of the meeting, and with the day where it was another one', () => {
    expect(clockText('2021-10-19T08:02:11.900+07:00', clock)).toBe('08:02:11');
    expect(clockText('2021-10-20T00:00:01+07:00', clock)).toBe('00:00:01 20/10/2021');
    expect(dayAndClockText('2021-10-19T08:02:11+07:00', { ...clock, language: 'en' })).toBe('08:02:11 2021-10-19');
    expect(clockText('2026-10-25T02:30:00+01:00', { ...clock, clocksChanged: true })).toBe('02:30:00 25/10/2026 (UTC+01:00)');
  });

  it('have lengths that do not start over at 24 hours', () => {
    expect([lengthText(0), lengthText(59_999), lengthText(90_061_000)]).toEqual(['0:00:00', '0:00:59', '25:01:01']);
  });
});

describe('the scale of the timelines', () => {
  const scale = scaleOf(report);

  it('holds the meeting and what came shortly before, in round times', () => {
    expect(new Date(scale.fromMs).toISOString()).toBe('2021-10-19T00:20:00.000Z');
    expect(new Date(scale.toMs).toISOString()).toBe('2021-10-19T03:05:00.000Z');
    expect(scale.ticks.map(({ label }) => label)).toEqual(['07:30', '08:00', '08:30', '09:00', '09:30', '10:00']);
    expect(scale.open?.to).toBe(1);
    expect(scale.pauses).toHaveLength(1);
  });

  it('does not begin a day before because somebody tried the line then', () => {
    const row = { ...point('071'), line: { ...point('071').line, stays: [{ from: '2021-10-18T08:00:00+07:00', to: '2021-10-18T09:00:00+07:00' }] } };
    expect(new Date(scaleOf({ ...report, points: [row] }).fromMs).toISOString()).toBe('2021-10-19T00:00:00.000Z');
  });

  it('stands also for a meeting that was never opened', () => {
    const never = scaleOf({ ...report, points: [], life: { ...report.life, opened: null, closed: null, pauses: [] }, asOf: report.meeting.startsAt });
    expect(never.open).toBeNull();
    expect(never.toMs).toBeGreaterThan(never.fromMs);
  });
});

describe('a timeline', () => {
  const scale = scaleOf(report);
  const at = (place: number) => new Date(scale.fromMs + place * (scale.toMs - scale.fromMs)).toISOString().slice(11, 16);

  it('has a bar for each stay, where it was', () => {
    expect(timelineOf(point('071'), [], scale).stays.map(({ from, to }) => [at(from), at(to)])).toEqual([['00:30', '01:09'], ['01:11', '02:46'], ['02:50', '03:05']]);
  });

  it('cuts what lies beyond the scale, and says so; leaves out what lies wholly there', () => {
    const stays = timelineOf({ line: line(['05:00', '06:00'], ['06:30', '08:00']) }, [], scale).stays;
    expect(stays.map(({ from, to, isCut }) => [from, at(to), isCut])).toEqual([[0, '01:00', true]]);
  });

  it('puts confirmations of one moment into one mark', () => {
    const marks = ['08:02:00', '08:02:10', '09:00:00'].map((time) => ({ at: `${day}${time}+07:00` }));
    expect(timelineOf(point('071'), marks, scale).marks.map(({ count }) => count)).toEqual([2, 1]);
  });
});

it('the facts of a line are its stays and its gaps, in order; a line that is up has no end', () => {
  expect(lineFacts(point('070')).map(({ is, ms }) => `${is} ${lengthText(ms)}`)).toEqual([
    'stay 1:06:50', 'gap 0:02:10', 'stay 1:05:00', 'gap 0:04:40', 'stay 0:14:20',
  ]);
  expect(lineFacts({ line: { ...line(['08:00', '09:00']), connected: true } })).toMatchObject([{ is: 'stay', to: null }]);
  expect(lineFacts(point('02233'))).toEqual([]);
});

it('the agenda stands on one scale, planned beside as it went', () => {
  const { bars, ticks } = agendaChart(report);
  expect(bars.map(({ item, periods }) => [item, periods.length])).toEqual(report.agenda.map(({ item, periods }) => [item, periods.length]));
  expect(bars[0]?.planned?.from).toBe(0);
  expect(ticks.length).toBeGreaterThan(1);
  expect(agendaChart({ ...report, agenda: [] })).toEqual({ bars: [], ticks: [] });
});
