// The floor: who has it and for how long yet, who waits, and in which order.
import { memo, useState } from 'react';

import type { Floor, FloorRequest, Turn } from '../api/schema';
import { useDeskText } from '../i18n/desk';
import { useConduct } from '../meeting/conduct';
import { duration, timeBoxOf, useServerTime } from '../meeting/time';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { speakerName, type Acts } from './acts';
import styles from './FloorPane.module.css';
import type { Question } from './questions';

/** In minutes; 0 is without a limit. */
const BOXES = [3, 5, 10, 15, 0];

interface Props {
  floor: Floor;
  /** Places whose line is up. */
  connected: ReadonlySet<string>;
  box: number;
  onBox: (seconds: number) => void;
  acts: Acts;
  onAsk: (question: Question) => void;
}

export const FloorPane = memo(function FloorPane({ floor, connected, box, onBox, acts, onAsk }: Props) {
  const { floor: text } = useDeskText();
  const { may } = useConduct();
  return (
    <section className={styles.pane} aria-label={text.title}>
      {floor.holder ? (
        <Holder turn={floor.holder} acts={acts} />
      ) : (
        <div className={styles.nobody}>
          <p>{text.nobody}</p>
          <p>{text.nobodyHint}</p>
        </div>
      )}
      <div className={styles.queueHead}>
        <h3>{text.queue(floor.queue.length)}</h3>
        <label>
          {text.box}{' '}
          <select value={box} onChange={(event) => onBox(Number(event.target.value))}>
            {BOXES.map((minutes) => (
              <option key={minutes} value={minutes * 60}>
                {minutes === 0 ? text.noLimit : text.minutes(minutes)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Queue queue={floor.queue} holds={floor.holder != null} connected={connected} box={box} acts={acts} onAsk={onAsk} />
      <div className={styles.foot}>
        <Button disabled={!may('give-floor')} onClick={() => onAsk({ is: 'give', place: null })}>
          {text.giveOther}
        </Button>
        <span>{text.log(floor.log.length)}</span>
      </div>
    </section>
  );
});

function Holder({ turn, acts }: { turn: Turn; acts: Acts }) {
  const { may, places, live } = useConduct();
  const { floor: text } = useDeskText();
  const now = useServerTime(live.aheadMs);
  const box = timeBoxOf(turn, now);
  const words = box.is === 'over' ? text.over(duration(box.ms)) : box.is === 'open' ? text.spoken(duration(box.ms)) : text.left(duration(box.ms));
  const limited = box.is !== 'open';
  return (
    <div className={styles.holder} data-box={box.is}>
      <div className={styles.speaker}>
        <p className={styles.who}>{turn.speaker.name || places.name(turn.place)}</p>
        <p className={styles.where}>{places.name(turn.place)}</p>
        {turn.subject !== '' && <p className={styles.subject}>{turn.subject}</p>}
      </div>
      <p className={styles.time} role="timer" data-testid="time-box">
        {words}
      </p>
      {limited && (
        <div className={styles.bar} aria-hidden="true" style={{ '--share': box.is === 'over' ? 1 : box.share } as React.CSSProperties} />
      )}
      <div className={styles.acts}>
        {limited &&
          [1, 3].map((minutes) => (
            <Button key={minutes} disabled={!may('extend-floor')} title={text.moreLong(minutes)} onClick={() => void acts.extend(minutes)}>
              {text.more(minutes)}
            </Button>
          ))}
        <Button tone="danger" disabled={!may('take-floor-back')} onClick={() => void acts.takeBack(turn, now)}>
          {text.takeBack}
        </Button>
      </div>
    </div>
  );
}

interface QueueProps extends Omit<Props, 'floor' | 'onBox'> {
  queue: FloorRequest[];
  holds: boolean;
}

function Queue({ queue, holds, connected, box, acts, onAsk }: QueueProps) {
  const { may, places, live } = useConduct();
  const { floor: text } = useDeskText();
  const now = useServerTime(live.aheadMs, queue.length > 0);
  const [focus, setFocus] = useState<number | null>(null);
  if (queue.length === 0) return <p className={styles.empty}>{text.empty}</p>;
  return (
    <ol className={styles.queue}>
      {queue.map((request, index) => {
        const name = speakerName(request.place, request.speaker, places);
        const move = (step: 1 | -1) => {
          // The button moves with its row, and keeps the focus.
          setFocus(request.request);
          void acts.move(queue, index, step);
        };
        const isUp = connected.has(request.place);
        return (
          <li key={request.request} data-request={request.request} data-moved={focus === request.request}>
            <div className={styles.asker}>
              <p>
                <strong>{request.speaker.name || places.name(request.place)}</strong>{' '}
                <span>{places.name(request.place)}</span>
              </p>
              <p>
                {request.subject !== '' && <span className={styles.about}>{request.subject}</span>}
                <small>{isUp ? text.waits(duration(now - Date.parse(request.since))) : text.offline}</small>
              </p>
            </div>
            <div className={styles.order}>
              <button type="button" disabled={index === 0 || !may('move-request')} aria-label={text.up(name)} title={text.up(name)} onClick={() => move(-1)}>
                <Icon name="up" size={18} />
              </button>
              <button
                type="button"
                disabled={index === queue.length - 1 || !may('move-request')}
                aria-label={text.down(name)}
                title={text.down(name)}
                onClick={() => move(1)}
              >
                <Icon name="down" size={18} />
              </button>
            </div>
            <Button tone="quiet" disabled={!may('skip-request')} aria-label={text.skipLong(name)} onClick={() => onAsk({ is: 'skip', request })}>
              {text.skip}
            </Button>
            <Button
              tone={index === 0 && !holds ? 'primary' : 'plain'}
              disabled={!may('grant-floor') || !isUp}
              aria-label={text.grantLong(name)}
              onClick={() => (holds ? onAsk({ is: 'pass', request }) : void acts.grant(request, box))}
            >
              {text.grant}
            </Button>
          </li>
        );
      })}
    </ol>
  );
}
