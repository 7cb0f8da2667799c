// Puts the facts of a report into words: who a place is, what a state is called; pure.
import type { Actor, DelegateRow, Listing, Place, Presence, ProxyRow, Report, Speaker, Voter } from '../api/schema';
import type { ReportMessages } from '../i18n/report';
import { wallOf, type Clock } from './moment';

export interface Wording {
  report: Report;
  words: ReportMessages;
  clock: Clock;
  /** What a point or a unit is called, also one of which an extract has no row. */
  point: (id: string) => string;
  delegate: (id: string) => string;
  place: (place: Place) => string;
  actor: (actor: Actor) => string;
  speaker: (speaker: Speaker) => string;
  voter: (voter: Voter) => string;
  presence: (presence: Presence) => string;
  listing: (listing: Listing) => string;
  /** The name of the room that somebody is in; empty where there is none. */
  room: (place: Place) => string;
  proxy: (id: number) => ProxyRow | undefined;
  delegateRow: (id: string) => DelegateRow | undefined;
}

/** They sit at the hub. */
const HOSTS: ReadonlySet<Place> = new Set(['hub', 'chair', 'secretary', 'technician']);
const POINT = 'point:';
const DELEGATE = 'delegate:';
const OBSERVER = 'observer:';
const ADMIN = 'admin:';

const after = (text: string, prefix: string): string | null => (text.startsWith(prefix) ? text.slice(prefix.length) : null);

/** `outside` finds the names of points that the report itself has no row of. */
export function wordingOf(report: Report, words: ReportMessages, language: Clock['language'], outside: (point: string) => string | undefined): Wording {
  const points = new Map([...report.units.map(({ unit, name }) => [unit, name] as const), ...report.points.map((row) => [row.point, row.name] as const)]);
  const delegates = new Map(report.delegates.map((row) => [row.delegate, row]));
  const proxies = new Map(report.proxies.map((row) => [row.proxy, row]));
  const { officers, hub } = report.meeting;
  const point = (id: string) => points.get(id) ?? outside(id) ?? id;
  const delegate = (id: string) => delegates.get(id)?.name ?? id;
  const officer = (office: string, person: { name: string } | null | undefined) => (person ? `${office} (${person.name})` : office);
  const place = (at: Place): string => {
    switch (at) {
      case 'hub':
        return words.who.hub;
      case 'chair':
        return officer(words.who.chair, officers.chair);
      case 'secretary':
        return officer(words.who.secretary, officers.secretary);
      case 'technician':
        return officer(words.who.technician, officers.technician);
    }
    const [ofPoint, ofDelegate] = [after(at, POINT), after(at, DELEGATE)];
    if (ofPoint !== null) return words.who.point(point(ofPoint));
    if (ofDelegate !== null) return words.who.delegate(delegate(ofDelegate));
    return words.who.observer(after(at, OBSERVER) ?? at);
  };
  const room = (at: Place): string => {
    const ofPoint = after(at, POINT) ?? (HOSTS.has(at) ? hub : null);
    if (ofPoint !== null) return points.get(ofPoint) ?? '';
    const row = delegates.get(after(at, DELEGATE) ?? '');
    return row ? point(row.point) : '';
  };
  const presence = (said: Presence): string => {
    const word = words.status[said.is];
    if (said.is === 'excused') return `${word}: ${said.reason}`;
    if (said.is === 'proxy') {
      const row = proxies.get(said.proxy);
      return row ? `${word}: ${row.substitute.name}` : word;
    }
    return word;
  };
  return {
    report,
    words,
    clock: { day: wallOf(report.life.opened?.at ?? report.meeting.startsAt).date, clocksChanged: clocksChanged(report), language },
    point,
    delegate,
    place,
    actor: (actor) => {
      const administrator = after(actor, ADMIN);
      if (administrator !== null) return words.who.administrator(administrator);
      return actor === 'system' ? words.who.server : place(actor);
    },
    speaker: ({ name, delegate: id }) => (name ? name : id ? delegate(id) : ''),
    voter: (voter) => ('delegate' in voter ? delegate(voter.delegate) : point(voter.point)),
    presence,
    listing: (listing) => words.listing[listing],
    room,
    proxy: (id) => proxies.get(id),
    delegateRow: (id) => delegates.get(id),
  };
}

/** Whether the meeting's clocks were changed between the first and the last thing that is told. */
function clocksChanged(report: Report): boolean {
  const moments = [
    report.meeting.startsAt,
    report.asOf,
    ...report.life.planSteps.map(({ at }) => at),
    ...report.points.flatMap(({ line }) => line.stays.flatMap(({ from, to }) => [from, to])),
    ...report.delegates.flatMap(({ marks }) => marks.map(({ at }) => at)),
  ];
  return new Set(moments.map((moment) => wallOf(moment).offset)).size > 1;
}
