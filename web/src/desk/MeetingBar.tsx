// The head of the desk: where the meeting stands, and what concerns all of it.
import { Link } from '../app/navigation';
import { useDeskText } from '../i18n/desk';
import { useMeetingText } from '../i18n/meeting';
import { Clock } from '../meeting/Clock';
import { useConduct } from '../meeting/conduct';
import { hereOf } from '../meeting/readiness';
import { useServerTime } from '../meeting/time';
import { Button } from '../ui/Button';
import { LanguageSwitch, Mark } from '../ui/Frame';
import { Icon } from '../ui/Icon';
import styles from './MeetingBar.module.css';
import { openFor, type Desk } from './useDesk';

export function MeetingBar({ desk, onShortcuts }: { desk: Desk; onShortcuts: () => void }) {
  const { id, live, places } = useConduct();
  const { title, bar } = useDeskText();
  const { pages } = useMeetingText();
  const zone = places.outline?.zone ?? 'UTC';
  return (
    <header className={styles.bar}>
      <div className={styles.line}>
        <Mark size={28} />
        <h1 title={places.outline?.title}>
          <span className="visually-hidden">{title}: </span>
          {places.outline?.title}
        </h1>
        <Facts desk={desk} aheadMs={live.aheadMs} />
        <Clock zone={zone} aheadMs={live.aheadMs} className={styles.clock} />
      </div>
      <div className={styles.line}>
        <Phases desk={desk} />
        <nav className={styles.pages} aria-label={pages.label}>
          <Link to={{ page: 'meeting', id, part: 'ready' }}>{pages.ready}</Link>
          <Link to={{ page: 'meeting', id, part: 'roll' }}>{pages.roll}</Link>
          <Link to={{ page: 'meeting', id, part: 'report' }}>{pages.report}</Link>
          <Link to={{ page: 'join' }}>{pages.hall}</Link>
          <LanguageSwitch />
          <button type="button" onClick={onShortcuts} title={`${bar.shortcuts} (?)`} aria-keyshortcuts="?">
            <Icon name="keyboard" size={20} />
            <span className="visually-hidden">{bar.shortcuts}</span>
          </button>
        </nav>
      </div>
    </header>
  );
}

export function Facts({ desk: { seen }, aheadMs }: { desk: Desk; aheadMs: number }) {
  const { places, self } = useConduct();
  const { bar } = useDeskText();
  const { phase } = useMeetingText();
  const now = useServerTime(aheadMs, seen.phase === 'open' || seen.phase === 'paused');
  const length = openFor(seen, now);
  const { quorum } = seen;
  return (
    <ul className={styles.facts}>
      <li className={styles.phase} data-phase={seen.phase}>
        <strong>{phase[seen.phase]}</strong>
        {length !== null && <span>{bar.since(length)}</span>}
      </li>
      <li>{self === seen.presiding ? bar.youPreside : bar.presides(places.name(seen.presiding))}</li>
      <li title={bar.pointsTitle} data-fact="points">
        {bar.points(seen.connected, places.outline?.points.length ?? 0)}
      </li>
      <li title={bar.delegatesTitle} data-fact="delegates">
        {bar.delegates(hereOf(seen.total), seen.total.expected)}
      </li>
      {quorum && (
        <li className={quorum.reached ? styles.good : styles.missing}>
          {quorum.reached ? bar.quorumReached : bar.quorumMissing(quorum.present, quorum.needed)}
        </li>
      )}
      {seen.locked && (
        <li className={styles.missing}>
          <Icon name="lock" size={16} /> {bar.locked}
        </li>
      )}
    </ul>
  );
}

/** The meeting's life, and what is done to all at once. Only what fits the moment is shown. */
export function Phases({ desk: { seen, acts, ask } }: { desk: Desk }) {
  const { may, give, self } = useConduct();
  const { act, bar } = useDeskText();
  const { phase, locked } = seen;
  const isDown = !seen.lines.some(({ place, connected }) => place === seen.presiding && connected);
  const before = phase === 'published' || phase === 'line-check';
  return (
    <div className={styles.acts} role="group" aria-label={bar.actions}>
      {phase === 'published' && (
        <Button disabled={!may('begin-line-check')} onClick={() => void give({ do: 'begin-line-check' })}>
          {act.beginLineCheck}
        </Button>
      )}
      {before && (
        <Button tone="primary" disabled={!may('open')} onClick={() => ask({ is: 'open' })}>
          {act.open}
        </Button>
      )}
      {phase === 'open' && (
        <Button disabled={!may('pause')} onClick={() => ask({ is: 'pause' })} aria-keyshortcuts="P">
          {act.pause}
        </Button>
      )}
      {phase === 'paused' && (
        <Button tone="primary" disabled={!may('resume')} onClick={() => void acts.resume()} aria-keyshortcuts="P">
          {act.resume}
        </Button>
      )}
      {phase !== 'closed' && phase !== 'draft' && (
        <>
          <Button disabled={!may('mute-all')} onClick={() => ask({ is: 'mute-all' })} aria-keyshortcuts="X">
            {act.muteAll}
          </Button>
          <Button disabled={!may('announce')} onClick={() => ask({ is: 'announce' })} aria-keyshortcuts="A">
            {act.announce}
          </Button>
          <Button disabled={!may(locked ? 'unlock' : 'lock')} aria-pressed={locked} onClick={() => void acts.lock(!locked)} aria-keyshortcuts="K">
            <Icon name={locked ? 'unlock' : 'lock'} size={18} />
            {locked ? act.unlock : act.lock}
          </Button>
          {may('hand-over') && <Button onClick={() => ask({ is: 'hand-over', to: null })}>{act.handOver}</Button>}
          {may('take-over') && isDown && self !== seen.presiding && (
            <Button tone="primary" onClick={() => ask({ is: 'take-over' })}>
              {act.takeOver}
            </Button>
          )}
          {may('close') && (
            <Button tone="danger" onClick={() => ask({ is: 'close' })}>
              {act.close}
            </Button>
          )}
        </>
      )}
    </div>
  );
}
