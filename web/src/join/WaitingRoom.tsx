// Waiting at the door: what for, until when, whom to call. The page goes in by itself.
import { useEffect, useRef, type ReactNode } from 'react';

import type { Admission } from '../api/join';
import { useWakeLock } from '../hall/usePresence';
import { useText } from '../i18n';
import { useLobbyText } from '../i18n/lobby';
import { useConduct } from '../meeting/conduct';
import { duration, useServerTime } from '../meeting/time';
import { Button } from '../ui/Button';
import { Frame } from '../ui/Frame';
import type { Door } from './door';
import styles from './WaitingRoom.module.css';
import { whenOf } from './when';

interface Props {
  admission: Admission;
  door: Door;
  onBack: () => void;
}

export function WaitingRoom({ admission, door, onBack }: Props) {
  const { live, places } = useConduct();
  const { locale } = useText();
  const { wait: text } = useLobbyText();
  const heading = useRef<HTMLHeadingElement>(null);
  const now = useServerTime(live.aheadMs);
  useWakeLock(true);
  useEffect(() => heading.current?.focus(), [door.is]);

  const { meeting, point } = admission;
  const when = whenOf(meeting.startsAt, meeting.zone, locale);
  const leftMs = meeting.startsAt.getTime() - now;
  const [title, words] = wordsOf(door, text);
  const { chair, technician } = places.outline ?? {};
  const announcement = live.state?.announcement?.text;
  const facts: [string, ReactNode][] = [
    [text.point, point.name],
    [text.at, `${when.time}, ${when.date} (${when.offset})`],
    [text.chair, chair && titled(chair)],
    [text.technician, technician && [titled(technician), technician.phone].filter(Boolean).join(' · ')],
    [text.announcement, announcement],
  ];
  return (
    <Frame centred>
      <section className={styles.card} data-door={door.is}>
        <p className={styles.meeting}>{meeting.title}</p>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {door.is === 'early' && (
          <p className={styles.count}>{leftMs > 0 ? text.startsIn(duration(leftMs)) : text.startsNow}</p>
        )}
        {words !== '' && <p>{words}</p>}
        <dl>
          {facts.map(([name, fact]) =>
            fact ? (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{fact}</dd>
              </div>
            ) : null,
          )}
        </dl>
        <div className={styles.acts}>
          <Button onClick={onBack}>{text.back}</Button>
        </div>
      </section>
    </Frame>
  );
}

const titled = ({ name, title }: { name: string; title?: string }): string => (title ? `${name}, ${title}` : name);


function wordsOf(door: Door, text: ReturnType<typeof useLobbyText>['wait']): [string, string] {
  switch (door.is) {
    case 'early':
      return [text.early, text.earlyText];
    case 'draft':
      return [text.draft, text.draftText];
    case 'locked':
      return [text.locked, text.lockedText];
    case 'removed':
      return [text.removed, text.removedText];
    case 'open':
    case 'closed':
      return [text.entering, ''];
    case 'unknown':
      return [text.connecting, ''];
  }
}
