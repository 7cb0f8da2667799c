// How the hall looks, from props alone.
import { useEffect, useRef, type ReactNode } from 'react';

import type { Admission } from '../api/join';
import { useHallText } from '../i18n/hall';
import { Clock } from '../meeting/Clock';
import { Icon } from '../ui/Icon';
import { LanguageSwitch, Mark } from '../ui/Frame';
import { Controls, type ControlActions, type ControlState } from './Controls';
import { Gallery } from './Gallery';
import styles from './HallView.module.css';
import type { Line } from './line';
import { StageView, type RenderVideo } from './StageView';
import type { Hall } from './useHall';

export interface HallViewProps {
  meeting: Admission['meeting'];
  /** How far the server's clock is ahead of this machine's, in ms. */
  aheadMs: number;
  /** Title of the agenda item under way. */
  currentItem: string | null;
  hall: Hall;
  line: Line;
  controls: ControlState;
  actions: ControlActions;
  /** What is to be noticed, above the pictures. */
  banners: ReactNode;
  /** Beside the pictures; null while it is closed. */
  panel: ReactNode;
  /** Words for the live region. */
  announcement: string;
  renderVideo: RenderVideo;
}

export function HallView(props: HallViewProps) {
  const { hall, line, controls, actions, banners, panel, announcement, renderVideo } = props;
  const text = useHallText();
  const staged = hall.layout === 'stage' || hall.projector;

  return (
    <div className={styles.hall} data-projector={hall.projector}>
      <Header {...props} />
      <main className={styles.main}>
        <div className={styles.banners}>{banners}</div>
        <div className={styles.room} data-panel={panel !== null}>
          <div className={staged ? styles.staged : styles.gridded}>
            {staged && (
              <section className={styles.stage} aria-label={text.hall.stage} data-stage={hall.stage.shows}>
                <StageView stage={hall.stage} hall={hall} line={line} renderVideo={renderVideo} />
              </section>
            )}
            {!hall.projector && <Gallery hall={hall} renderVideo={renderVideo} />}
          </div>
          {panel}
        </div>
      </main>
      {!hall.projector && (
        <footer className={styles.footer}>
          <Controls state={controls} actions={actions} />
        </footer>
      )}
      <p className="visually-hidden" role="status">
        {announcement}
      </p>
    </div>
  );
}

function Header({ meeting, aheadMs, currentItem, hall, line }: HallViewProps) {
  const { hall: text, more } = useHallText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <header className={styles.header}>
      <Mark size={30} />
      <div className={styles.titles}>
        <h1 ref={heading} tabIndex={-1} title={meeting.title}>
          {meeting.title}
        </h1>
        {currentItem !== null && (
          <p className={styles.item} data-testid="current-item" title={currentItem}>
            {text.currentItem(currentItem)}
          </p>
        )}
      </div>
      {hall.saving !== 'off' && <p className={styles.saving}>{more.savingNow[hall.saving]}</p>}
      {(line.at === 'up' || line.at === 'resuming') && (
        <p className={styles.count} title={text.connectedCount(hall.seats.length)}>
          <Icon name="people" size={20} />
          <span className={styles.number} aria-hidden="true">
            {hall.seats.length}
          </span>
          <span className={styles.words}>{text.connectedCount(hall.seats.length)}</span>
        </p>
      )}
      {hall.projector ? (
        <button type="button" className={styles.end} aria-keyshortcuts="Escape" onClick={() => hall.setProjector(false)}>
          {more.projectorEnd}
        </button>
      ) : (
        <div className={styles.language}>
          <LanguageSwitch />
        </div>
      )}
      <Clock zone={meeting.zone} aheadMs={aheadMs} className={styles.clock} />
    </header>
  );
}
