// How the meeting went on one page: who came, when it was, what disturbed it, and the papers to take away.
import type { Person } from '../api/schema';
import { useText } from '../i18n';
import { useReportText } from '../i18n/report';
import { percent } from './cell';
import { clockText, dayAndClockText, lengthText, wallOf } from './moment';
import { PapersCard } from './PapersCard';
import styles from './report.module.css';
import { attendedOf, personText } from './tables';
import type { Wording } from './wording';

/** The heads beside those who came. */
const HEADS = ['proxy', 'left', 'late', 'excused', 'absent', 'unconfirmed', 'added'] as const;

export function OverviewPart({ wording }: { wording: Wording }) {
  return (
    <div className={styles.overview}>
      <Attendance wording={wording} />
      <Facts wording={wording} />
      <PapersCard report={wording.report} />
    </div>
  );
}

function Attendance({ wording: { report } }: { wording: Wording }) {
  const { locale } = useText();
  const { overview: text, column } = useReportText();
  const { total, points, quorum, meeting } = report;
  const attended = attendedOf(total);
  const came = points.filter(({ line }) => line.stays.length > 0).length;
  return (
    <section className={styles.card}>
      <h2>{text.attendance}</h2>
      <p className={styles.headline}>
        <strong data-figure="share">{total.expected > 0 ? percent(attended / total.expected) : '—'}</strong>
        <span data-figure="attended" data-attended={attended} data-expected={total.expected}>
          {text.attended(attended, total.expected)}
        </span>
      </p>
      <dl className={styles.figures}>
        {HEADS.map((name) => (
          <div key={name} data-figure={name}>
            <dt>{column[name]}</dt>
            <dd data-value={total[name]}>{total[name].toLocaleString(locale)}</dd>
          </div>
        ))}
        <div data-figure="points">
          <dt>{text.pointsCame}</dt>
          <dd>{text.pointsOf(came, points.length)}</dd>
        </div>
      </dl>
      {quorum && (
        <p data-figure="quorum">
          {text.quorum}: <strong>{text.quorumText(quorum.reached, quorum.present, quorum.expected, text.electorate[quorum.of], quorum.needed)}</strong>
        </p>
      )}
      <p className={styles.soft}>
        {text.people} {text.lateAfter(meeting.lateAfterMinutes)}
      </p>
    </section>
  );
}

function Facts({ wording }: { wording: Wording }) {
  const { overview: text, who } = useReportText();
  const { report, clock, place } = wording;
  const { meeting, life } = report;
  const when = (moment: string | null | undefined) => (moment ? dayAndClockText(moment, clock) : text.notYet);
  const head = report.heads[0];
  const facts: [string, string][] = [
    [text.number, meeting.number],
    [text.code, meeting.id],
    [who.hub, wording.point(meeting.hub)],
    [who.chair, personOf(meeting.officers.chair)],
    [who.secretary, personOf(meeting.officers.secretary)],
    [who.technician, personOf(meeting.officers.technician)],
    [text.zone, `${meeting.zone} (UTC${wallOf(report.asOf).offset})`],
    [text.planned, when(meeting.startsAt)],
    [text.lineCheck, when(life.lineCheck?.at)],
    [text.opened, when(life.opened?.at)],
    [text.closed, when(life.closed?.at)],
    [text.length, life.openMs == null ? '' : lengthText(life.openMs)],
    [text.paused, life.openMs == null ? '' : lengthText(life.pausedMs)],
    [text.asOf, when(report.asOf)],
  ];
  const time = (moment: string) => clockText(moment, clock);
  const incidents = [
    ...life.outages.map(({ lastKnown, recovered }) => ({ at: lastKnown, what: text.outage(time(lastKnown), time(recovered)) })),
    ...life.pauses.map(({ at, reason, resumed }) => ({ at, what: text.pause(time(at), resumed ? time(resumed.at) : null, reason) })),
    ...report.removals.map(({ at, place: of, reason }) => ({ at, what: text.removal(time(at), place(of), reason) })),
    ...report.chairChanges.map(({ at, from, to, handedOver }) => ({ at, what: text.chairChange(time(at), place(from), place(to), handedOver) })),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <section className={styles.card}>
      <h2>{meeting.title}</h2>
      <dl className={styles.facts}>
        {facts.map(
          ([name, value]) =>
            value !== '' && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
        {head && (
          <div>
            <dt>{text.head}</dt>
            <dd>
              <code className={styles.hash} data-head={`${head.seq}:${head.hash}`}>{`${head.seq}:${head.hash}`}</code>
            </dd>
          </div>
        )}
      </dl>
      <h3>{text.incidents}</h3>
      {incidents.length === 0 ? (
        <p className={styles.soft}>{text.noIncidents}</p>
      ) : (
        <ul className={styles.incidents}>
          {incidents.map(({ at, what }) => (
            <li key={`${at} ${what}`}>{what}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

const personOf = (person: Person | null | undefined): string => (person ? personText(person) : '');
