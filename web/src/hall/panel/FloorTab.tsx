// The floor as a point sees it: who speaks, its own requests and where they stand, and everybody who waits.
import { useHallText } from '../../i18n/hall';
import { useConduct } from '../../meeting/conduct';
import { useServerTime } from '../../meeting/time';
import type { Floor, Turn } from '../../api/schema';
import { Button } from '../../ui/Button';
import { useBoxWords } from '../boxWords';
import { ownRequests } from '../floor';
import styles from './Panel.module.css';

export function FloorTab({ floor, onAsk }: { floor: Floor; onAsk: () => void }) {
  const { self, places, may, give } = useConduct();
  const { floor: text } = useHallText();
  const own = ownRequests(floor, self);
  const of = floor.queue.length;
  return (
    <div className={styles.parts}>
      {floor.holder ? <Holder turn={floor.holder} /> : <p className={styles.soft}>{text.nobody}</p>}
      {own.length > 0 && (
        <section aria-labelledby="own-requests">
          <h3 id="own-requests">{text.own}</h3>
          <ul className={styles.rows}>
            {own.map(({ request, position }) => (
              <li key={request.request} className={styles.own} data-own-request={request.request}>
                <div>
                  <p>
                    <strong>{request.speaker.name || places.name(request.place)}</strong>
                  </p>
                  {request.subject !== '' && <p className={styles.soft}>{request.subject}</p>}
                  <p data-testid="position">{text.position(position, of)}</p>
                </div>
                <Button
                  disabled={!may('withdraw-request')}
                  onClick={() => void give({ do: 'withdraw-request', request: request.request }, { done: text.withdrawn })}
                >
                  {text.withdraw}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <div>
        <Button tone="primary" disabled={!may('request-floor')} onClick={onAsk} data-control="ask">
          {text.ask}
        </Button>
        {!may('request-floor') && <p className={styles.soft}>{text.notNow}</p>}
      </div>
      <section aria-labelledby="floor-queue">
        <h3 id="floor-queue">{text.queue(of)}</h3>
        {of === 0 ? (
          <p className={styles.soft}>{text.empty}</p>
        ) : (
          <ol className={styles.queue}>
            {floor.queue.map((request) => (
              <li key={request.request} data-own={request.place === self}>
                <strong>{request.speaker.name || places.name(request.place)}</strong>
                {request.speaker.name && <span> · {places.name(request.place)}</span>}
              </li>
            ))}
          </ol>
        )}
      </section>
    </div>
  );
}

function Holder({ turn }: { turn: Turn }) {
  const { self, places, may, give, live } = useConduct();
  const { floor: text } = useHallText();
  const { words, isOver } = useBoxWords(turn, useServerTime(live.aheadMs));
  return (
    <section className={styles.holder} aria-label={text.now}>
      <p className={styles.soft}>{text.now}</p>
      <p className={styles.name}>{turn.speaker.name || places.name(turn.place)}</p>
      {turn.speaker.name && <p>{places.name(turn.place)}</p>}
      {turn.subject !== '' && <p className={styles.soft}>{turn.subject}</p>}
      <p className={styles.time} role="timer" data-over={isOver}>
        {words}
      </p>
      {turn.place === self && (
        <Button disabled={!may('return-floor')} onClick={() => void give({ do: 'return-floor' })}>
          {text.give}
        </Button>
      )}
    </section>
  );
}
