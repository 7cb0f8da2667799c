// This meeting beside the earlier ones of the same hub.
import { useEffect, useMemo, useState } from 'react';

import { ask } from '../api/client';
import type { Refusal } from '../api/refusal';
import type { Glance } from '../api/schema';
import { wordsOf } from '../api/words';
import { useApi } from '../app/api';
import { useText } from '../i18n';
import { useReportText } from '../i18n/report';
import { percent } from './cell';
import { compare, type ComparedMeeting, type Figures } from './compare';
import { dateText, wallOf } from './moment';
import styles from './report.module.css';
import { ShareBar } from './TimelineBar';
import type { Wording } from './wording';

export function ComparePart({ wording }: { wording: Wording }) {
  const core = useText();
  const { compare: text } = useReportText();
  const api = useApi();
  const [earlier, setEarlier] = useState<Glance[] | Refusal | null>(null);
  const { id } = wording.report.meeting;
  useEffect(() => {
    const abort = new AbortController();
    void ask((signal) => api.GET('/api/v1/meetings/{id}/earlier', { params: { path: { id } }, signal }), abort.signal).then((answer) => {
      if (!abort.signal.aborted) setEarlier(answer.ok ? answer.value : answer.refusal);
    });
    return () => abort.abort();
  }, [api, id]);
  if (earlier === null) return <p role="status">{text.loading}</p>;
  if (!Array.isArray(earlier)) return <p role="alert">{wordsOf(earlier, core)}</p>;
  return (
    <>
      <p className={styles.lead}>{text.lead}</p>
      {earlier.length === 0 ? <p className={styles.soft}>{text.none}</p> : <Beside wording={wording} earlier={earlier} />}
    </>
  );
}

function Beside({ wording, earlier }: { wording: Wording; earlier: Glance[] }) {
  const { compare: text, total } = useReportText();
  const { report, clock } = wording;
  const { meetings, units, change } = useMemo(() => compare(report, earlier), [report, earlier]);
  const day = ({ startsAt }: ComparedMeeting) => dateText(wallOf(startsAt).date, clock);
  const heading = (meeting: ComparedMeeting, index: number) => (index === 0 ? text.this : day(meeting));
  return (
    <>
      <h2 className={styles.heading}>{text.meetings}</h2>
      <div className={styles.scroll} role="region" aria-label={text.meetings} tabIndex={0}>
        <table className={styles.table} data-table="meetings">
          <thead>
            <tr>
              <th scope="col">{text.date}</th>
              <th scope="col">{text.meeting}</th>
              <th scope="col" data-number>
                {text.attended}
              </th>
              <th scope="col" data-number>
                {text.share}
              </th>
              <th scope="col" data-number>
                {text.late}
              </th>
              <th scope="col" data-number>
                {text.points}
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {meetings.map((meeting, index) => (
              <tr key={meeting.meeting} data-row={meeting.meeting}>
                <td>{day(meeting)}</td>
                <th scope="row">
                  {meeting.title} {index === 0 && `(${text.this})`}
                </th>
                <td data-number>{text.heads(meeting.total.attended, meeting.total.expected)}</td>
                <td data-number data-cell="share">
                  {meeting.total.share === null ? '' : percent(meeting.total.share)}
                </td>
                <td data-number>{meeting.total.late}</td>
                <td data-number>{text.heads(meeting.pointsThatCame, meeting.points)}</td>
                <td className={styles.bar}>{meeting.total.share !== null && <ShareBar share={meeting.total.share} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h2 className={styles.heading}>{text.units}</h2>
      <div className={styles.scroll} role="region" aria-label={text.units} tabIndex={0}>
        <table className={styles.table} data-table="compared">
          <thead>
            <tr>
              <th scope="col" data-head>
                {text.unit}
              </th>
              {meetings.map((meeting, index) => (
                <th key={meeting.meeting} scope="col" data-number>
                  {heading(meeting, index)}
                </th>
              ))}
              <th scope="col" data-number>
                {text.change}
              </th>
            </tr>
          </thead>
          <tbody>
            {units.map(({ unit, name, depth, figures, change: of }) => (
              <tr key={unit} data-row={unit}>
                <th scope="row" data-head data-depth={Math.min(depth, 3)}>
                  {name}
                </th>
                {figures.map((one, index) => (
                  <td key={meetings[index]?.meeting ?? index} data-number>
                    <Share figures={one} />
                  </td>
                ))}
                <td data-number data-cell="change">
                  <Change of={of} />
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr data-total="true">
              <th scope="row" data-head>
                {total}
              </th>
              {meetings.map(({ meeting, total: figures }) => (
                <td key={meeting} data-number>
                  <Share figures={figures} />
                </td>
              ))}
              <td data-number>
                <Change of={change} />
              </td>
            </tr>
          </tfoot>
        </table>
      </div>
    </>
  );
}

function Share({ figures }: { figures: Figures | null }) {
  const { compare: text } = useReportText();
  if (figures === null) return <span className={styles.soft}>{text.notAsked}</span>;
  if (figures.share === null) return null;
  return (
    <>
      <strong>{percent(figures.share)}</strong> <small>{text.heads(figures.attended, figures.expected)}</small>
      {figures.late > 0 && <small> · {text.lateOf(figures.late)}</small>}
    </>
  );
}

function Change({ of }: { of: number | null }) {
  const { compare: text } = useReportText();
  if (of === null) return null;
  const points = Math.round(Math.abs(of) * 100);
  if (points === 0) return text.same;
  return <span data-change={of > 0 ? 'up' : 'down'}>{of > 0 ? text.up(String(points)) : text.down(String(points))}</span>;
}
