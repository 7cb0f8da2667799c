// The tables of a report, column for column as the papers have them (`src/papers/tables`); pure.
import type { DelegateRow, Person, PointRow, Report, Totals } from '../api/schema';
import { below, code, count, length, moment, rowOf, share, text, type Cell, type Column, type Table } from './cell';
import { msBetween } from './moment';
import type { Wording } from './wording';

/** How many of those expected came, in person or by proxy, and however long they stayed. */
export const attendedOf = ({ present, proxy, left }: Totals): number => present + proxy + left;

/** The heads of columns, in order; `name` is the one that names the row. */
function columns({ words }: Wording, keys: readonly (keyof Wording['words']['column'])[], name: number): Column[] {
  return keys.map((key, index) => ({ key, head: words.column[key], isHead: index === name }));
}

const HEADS = ['expected', 'attended', 'share', 'proxy', 'left', 'late', 'excused', 'absent', 'unconfirmed', 'added'] as const;

const heads = (of: Totals): Cell[] => [
  count(of.expected),
  count(attendedOf(of)),
  share(attendedOf(of), of.expected),
  ...[of.proxy, of.left, of.late, of.excused, of.absent, of.unconfirmed, of.added].map(count),
];

export function unitsTable(wording: Wording): Table {
  const { units, total } = wording.report;
  return {
    columns: columns(wording, ['code', 'level', 'unit', ...HEADS, 'expectedBelow', 'attendedBelow'], 2),
    rows: units.map((row) => ({
      id: row.unit,
      cells: [code(row.unit), text(row.level), below(row.name, row.depth), ...heads(row.own), count(row.withBelow.expected), count(attendedOf(row.withBelow))],
    })),
    total: [text(wording.words.total), text(''), text(''), ...heads(total), count(total.expected), count(attendedOf(total))],
  };
}

/** Of the line, not of the people: who was there is for the roll call to say. */
export const lineState = ({ line }: Pick<PointRow, 'line'>): 'up' | 'down' | 'never' => (line.connected ? 'up' : line.stays.length > 0 ? 'down' : 'never');
export const firstJoined = ({ line }: PointRow) => line.stays[0]?.from;
export const lastLeft = ({ line }: PointRow) => (line.connected ? undefined : line.stays.at(-1)?.to);
export const gapsMs = ({ line }: PointRow) => line.gaps.reduce((sum, { from, to }) => sum + msBetween(from, to), 0);

export function pointsTable(wording: Wording): Table {
  const { report, words } = wording;
  const sum = (of: (row: PointRow) => number) => count(report.points.reduce((all, row) => all + of(row), 0));
  const none = text('');
  return {
    columns: columns(
      wording,
      ['code', 'level', 'point', 'lineState', 'firstJoined', 'lastLeft', 'connected', 'connectedWhileOpen', 'shareWhileOpen', 'gaps', 'gapsTime', 'connections', 'rollExpected', 'rollAttended'],
      2,
    ),
    rows: report.points.map((row) => ({
      id: row.point,
      cells: [
        code(row.point),
        text(row.level),
        text(row.name),
        text(words.line[lineState(row)]),
        moment(firstJoined(row)),
        moment(lastLeft(row)),
        length(row.line.connectedMs),
        length(row.line.whileOpenMs),
        share(row.line.whileOpenMs, report.life.openMs),
        count(row.line.gaps.length),
        length(gapsMs(row)),
        count(row.line.connections),
        count(row.roll.expected),
        count(attendedOf(row.roll)),
      ],
    })),
    total: [
      text(words.total), none, none, none, none, none, none, none, none,
      sum((row) => row.line.gaps.length), none, sum((row) => row.line.connections), sum((row) => row.roll.expected), sum((row) => attendedOf(row.roll)),
    ],
  };
}

/** What else there is to say of a delegate: the excuse, who agreed to the proxy, why the roll call was corrected. */
function notesOf({ actor, words }: Wording, { status, confirmed }: DelegateRow): string {
  const notes = [];
  if (status.is === 'excused') notes.push(status.reason);
  if (status.is === 'proxy' && status.approved) notes.push(words.note.approved(actor(status.approved.by)));
  if (confirmed?.corrected) notes.push(words.note.corrected(confirmed.corrected));
  return notes.join('; ');
}

export const personText = ({ name, title }: Person): string => (title ? `${name}, ${title}` : name);

export function delegatesTable(wording: Wording): Table {
  const { report, words, point, actor, listing } = wording;
  return {
    columns: columns(
      wording,
      ['delegateCode', 'name', 'position', 'unit', 'atPoint', 'status', 'substitute', 'notes', 'confirmedAt', 'confirmedBy', 'firstHere', 'lateBy', 'leftEarlyBy', 'checkedIn', 'listing'],
      1,
    ),
    rows: report.delegates.map((row) =>
      rowOf(row.delegate, () => [
        code(row.delegate),
        text(row.name),
        text(row.title),
        text(point(row.unit)),
        text(point(row.point)),
        text(words.status[row.status.is]),
        text(row.status.is === 'proxy' ? personText(row.status.substitute) : ''),
        text(notesOf(wording, row)),
        moment(row.confirmed?.at),
        text(row.confirmed && actor(row.confirmed.by)),
        moment(row.firstHere),
        length(row.lateMs),
        length(row.leftEarlyMs),
        moment(row.checkedIn),
        text(listing(row.listing)),
      ]),
    ),
  };
}

/** The columns of that table in which nobody has anything. */
export function emptyColumns({ delegates }: Pick<Report, 'delegates'>): Set<string> {
  const used = {
    substitute: delegates.some(({ status }) => status.is === 'proxy'),
    lateBy: delegates.some(({ lateMs }) => lateMs != null),
    leftEarlyBy: delegates.some(({ leftEarlyMs }) => leftEarlyMs != null),
    checkedIn: delegates.some(({ checkedIn }) => checkedIn != null),
  };
  return new Set(Object.entries(used).flatMap(([key, isUsed]) => (isUsed ? [] : [key])));
}

export function proxiesTable(wording: Wording): Table {
  const { report, words, point, actor, delegate, delegateRow } = wording;
  return {
    columns: columns(
      wording,
      ['proxyNumber', 'delegateCode', 'inPlaceOf', 'unit', 'substitute', 'substitutePosition', 'reason', 'askedAt', 'askedBy', 'answer', 'answeredAt', 'answeredBy', 'answerReason', 'came'],
      2,
    ),
    rows: report.proxies.map((row) => {
      const answered = row.outcome.is === 'pending' ? null : row.outcome;
      const of = delegateRow(row.delegate);
      return {
        id: String(row.proxy),
        cells: [
          count(row.proxy),
          code(row.delegate),
          text(delegate(row.delegate)),
          text(of && point(of.unit)),
          text(row.substitute.name),
          text(row.substitute.title),
          text(row.reason),
          moment(row.asked.at),
          text(actor(row.asked.by)),
          text(words.proxy[row.outcome.is]),
          moment(answered?.at),
          text(answered && actor(answered.by)),
          text(row.outcome.is === 'refused' ? row.outcome.reason : ''),
          text(row.came ? words.yes : words.no),
        ],
      };
    }),
  };
}

type AgendaRow = Report['agenda'][number];

/** How long an item was dealt with in all, in ms; none before it was taken up. */
export const takenMs = ({ periods }: AgendaRow): number | null =>
  periods.length === 0 ? null : periods.reduce((sum, { from, to }) => sum + msBetween(from, to), 0);
/** In ms; none for an item without a planned length. */
export const plannedMs = ({ plannedMinutes }: AgendaRow): number | null => (plannedMinutes > 0 ? plannedMinutes * 60_000 : null);

const positive = (ms: number | null): number | null => (ms !== null && ms > 0 ? ms : null);

export function agendaTable(wording: Wording): Table {
  const { report, words, point, listing } = wording;
  return {
    columns: columns(
      wording,
      ['itemNumber', 'kind', 'item', 'presenter', 'point', 'plannedAt', 'plannedTime', 'startedAt', 'finishedAt', 'taken', 'difference', 'documents', 'listing'],
      2,
    ),
    rows: report.agenda.map((row) => {
      const [planned, taken] = [plannedMs(row), takenMs(row)];
      return {
        id: String(row.item),
        cells: [
          count(row.item),
          text(words.kind[row.type]),
          text(row.title),
          text(row.presenter),
          text(row.point && point(row.point)),
          moment(row.plannedStart),
          length(planned),
          moment(row.periods[0]?.from),
          moment(row.underWay ? null : row.periods.at(-1)?.to),
          length(taken),
          length(planned === null || taken === null ? null : positive(taken - planned)),
          text(row.documents.map(({ title }) => title).join('; ')),
          text(listing(row.listing)),
        ],
      };
    }),
  };
}

export function turnsTable(wording: Wording): Table {
  const { report, words, speaker, place, room, actor } = wording;
  return {
    columns: columns(
      wording,
      ['turn', 'speaker', 'place', 'point', 'subject', 'requestedAt', 'grantedAt', 'grantedBy', 'endedAt', 'taken', 'timeBox', 'over', 'howEnded'],
      1,
    ),
    rows: report.turns.map((row) => {
      const box = row.boxSeconds > 0 ? row.boxSeconds * 1000 : null;
      return {
        id: String(row.turn),
        cells: [
          count(row.turn),
          text(speaker(row.speaker)),
          text(place(row.place)),
          text(room(row.place)),
          text(row.subject),
          moment(row.requested),
          moment(row.granted.at),
          text(actor(row.granted.by)),
          moment(row.end?.at),
          length(row.takenMs),
          length(box),
          length(box === null ? null : positive(row.takenMs - box)),
          text(row.end ? words.turnEnd[row.end.how] : words.underWay),
        ],
      };
    }),
  };
}

export function requestsTable(wording: Wording): Table {
  const { report, words, speaker, place, room, actor } = wording;
  return {
    columns: columns(wording, ['requestNumber', 'speaker', 'place', 'point', 'subject', 'requestedAt', 'outcome', 'when', 'who', 'reason'], 1),
    rows: report.unheard.map(({ request, speaker: who, place: at, subject, asked, outcome }) => ({
      id: String(request),
      cells: [
        count(request),
        text(speaker(who)),
        text(place(at)),
        text(room(at)),
        text(subject),
        moment(asked),
        text(words.request[outcome.is]),
        moment('at' in outcome ? outcome.at : null),
        text(outcome.is === 'skipped' ? actor(outcome.by) : ''),
        text(outcome.is === 'skipped' ? outcome.reason : ''),
      ],
    })),
  };
}

export function votesTable(wording: Wording): Table {
  const { report, words } = wording;
  return {
    columns: columns(
      wording,
      ['voteNumber', 'question', 'voteKind', 'votersWho', 'openedAt', 'endedVoteAt', 'outcome', 'reason', 'option', 'count', 'voted', 'votersPresent', 'votersEligible', 'voteQuorum'],
      8,
    ),
    rows: report.votes.flatMap(({ vote, question, secret, by, opened, outcome, options, voted }) => {
      const closed = outcome.is === 'closed' ? outcome : null;
      return options.map((option, index) => ({
        id: `${vote}/${index}`,
        cells: [
          count(vote),
          text(question),
          text(secret ? words.secret : words.open),
          text(words.voters[by]),
          moment(opened.at),
          moment('at' in outcome ? outcome.at : null),
          text(words.vote[outcome.is]),
          text(outcome.is === 'cancelled' ? outcome.reason : ''),
          text(option.option),
          count(option.votes),
          count(voted),
          count(closed?.present),
          count(closed?.eligible),
          text(closed?.quorum == null ? '' : closed.quorum ? words.yes : words.no),
        ],
      }));
    }),
  };
}

export function ballotsTable(wording: Wording): Table {
  const { report, words, voter } = wording;
  return {
    columns: columns(wording, ['voteNumber', 'question', 'code', 'voter', 'option'], 3),
    rows: report.votes.flatMap(({ vote, question, ballots, options }) =>
      ballots.map(({ voter: who, choice }) => {
        const id = 'delegate' in who ? who.delegate : who.point;
        const option = choice == null ? undefined : options[choice];
        return { id: `${vote}/${id}`, cells: [count(vote), text(question), code(id), text(voter(who)), text(option?.option ?? words.secret)] };
      }),
    ),
  };
}

export function correctionsTable(wording: Wording): Table {
  const { report, words, actor, delegate, presence } = wording;
  return {
    columns: columns(wording, ['recordNumber', 'when', 'who', 'delegateCode', 'name', 'corrects', 'oldValue', 'newValue', 'reason', 'afterClose'], 4),
    rows: report.corrections.map((row) => ({
      id: String(row.seq),
      cells: [
        count(row.seq),
        moment(row.at),
        text(actor(row.by)),
        code(row.delegate),
        text(delegate(row.delegate)),
        count(row.corrects),
        text(row.old && presence(row.old)),
        text(presence(row.new)),
        text(row.reason),
        text(row.afterClose ? words.yes : words.no),
      ],
    })),
  };
}

export function ledgerTable(wording: Wording): Table {
  return {
    columns: columns(wording, ['node', 'head', 'headAt', 'headHash', 'signedThrough'], 0),
    rows: wording.report.heads.map((row) => ({
      id: row.node,
      cells: [code(row.node), count(row.seq), moment(row.at), code(row.hash), count(row.signedThrough)],
    })),
  };
}
