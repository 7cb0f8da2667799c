// How the hall looks, from props alone.
import { useEffect, useRef, type ReactNode } from 'react';

import type { Admission } from '../api/join';
import { useHallText } from '../i18n/hall';
import { Button } from '../ui/Button';
import { LanguageSwitch, Mark } from '../ui/Frame';
import { Clock } from '../meeting/Clock';
import { Icon } from '../ui/Icon';
import { Controls, type ControlActions, type ControlState } from './Controls';
import styles from './HallView.module.css';
import type { Size } from './layout';
import type { Line } from './line';
import { LineBanner } from './LineBanner';
import type { Seat } from './seats';
import type { Stage } from './stage';
import { Tile } from './Tile';
import type { Hall } from './useHall';

export interface HallViewProps {
  meeting: Admission['meeting'];
  hall: Hall;
  line: Line;
  controls: ControlState;
  actions: ControlActions;
  onRetry: () => void;
  /** Null while the browser lets the sound through. */
  onStartAudio: (() => void) | null;
  /** Words for the live region. */
  announcement: string;
  /** Something that went wrong, in words; null for nothing. */
  complaint: string | null;
  renderVideo: (seat: Seat, kind: 'camera' | 'screen') => ReactNode;
}

export function HallView(props: HallViewProps) {
  const { meeting, hall, line, controls, actions, onRetry, onStartAudio, announcement, complaint, renderVideo } = props;
  const text = useHallText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const staged = hall.layout === 'stage';

  return (
    <div className={styles.hall}>
      <header className={styles.header}>
        <Mark size={30} />
        <h1 ref={heading} tabIndex={-1}>
          {meeting.title}
        </h1>
        {(line.at === 'up' || line.at === 'resuming') && (
          <p className={styles.count} title={text.hall.connectedCount(hall.seats.length)}>
            <Icon name="people" size={20} />
            <span className={styles.number} aria-hidden="true">
              {hall.seats.length}
            </span>
            <span className={styles.words}>{text.hall.connectedCount(hall.seats.length)}</span>
          </p>
        )}
        <div className={styles.language}>
          <LanguageSwitch />
        </div>
        <Clock zone={meeting.zone} className={styles.clock} />
      </header>

      <main className={styles.main}>
        <div className={styles.banners}>
          <LineBanner line={line} onRetry={onRetry} />
          {onStartAudio && (
            <div className={styles.audio} role="alert">
              <Icon name="sound" />
              <p>{text.control.startAudioHint}</p>
              <Button tone="primary" onClick={onStartAudio}>
                {text.control.startAudio}
              </Button>
            </div>
          )}
          <div role="status">{complaint !== null && <p className={styles.complaint}>{complaint}</p>}</div>
        </div>
        <div className={staged ? styles.staged : styles.gridded}>
          {staged && (
            <section className={styles.stage} aria-label={text.hall.stage} data-stage={hall.stage.shows}>
              <StageView stage={hall.stage} hall={hall} line={line} renderVideo={renderVideo} />
            </section>
          )}
          <section className={styles.points} aria-label={text.hall.points}>
            <Tiles hall={hall} renderVideo={renderVideo} />
            <Pager page={hall.page.page} pages={hall.page.pages} onPage={hall.setPage} />
          </section>
        </div>
      </main>

      <footer className={styles.footer}>
        <Controls state={controls} actions={actions} />
      </footer>
      <p className="visually-hidden" role="status">
        {announcement}
      </p>
    </div>
  );
}

interface StageProps {
  stage: Stage;
  hall: Hall;
  line: Line;
  renderVideo: HallViewProps['renderVideo'];
}

function StageView({ stage, hall, line, renderVideo }: StageProps) {
  const text = useHallText();
  switch (stage.shows) {
    case 'nobody':
      return <EmptyStage hall={hall} line={line} />;
    case 'camera': {
      const { seat } = stage;
      const pinned = hall.pinned === seat.identity;
      return (
        <Tile
          seat={seat}
          video={renderVideo(seat, 'camera')}
          big
          pinned={pinned}
          onPin={() => hall.setPinned(pinned ? null : seat.identity)}
        />
      );
    }
    case 'screen': {
      const { seat } = stage;
      return (
        <figure className={styles.screen} data-presenter={seat.identity}>
          <div>{renderVideo(seat, 'screen')}</div>
          <figcaption>
            <Icon name="share" size={20} />
            {seat.self ? text.hall.youPresent : text.hall.presents(seat.name)}
          </figcaption>
        </figure>
      );
    }
  }
}

/** Without a line nothing is known of the others: then it says so, and not that nobody is there. */
function EmptyStage({ hall: { seats }, line }: { hall: Hall; line: Line }) {
  const { hall } = useHallText();
  if (line.at === 'joining') {
    return (
      <div className={styles.empty}>
        <p role="status">{hall.connecting}</p>
      </div>
    );
  }
  const alone = seats.every((seat) => seat.self);
  const [words, hint] =
    line.at === 'up'
      ? [alone ? hall.noOthers : hall.noHub, hall.noOthersHint]
      : [hall.noLine, hall.noLineHint];
  return (
    <div className={styles.empty}>
      <p>{words}</p>
      <p className={styles.emptyHint}>{hint}</p>
    </div>
  );
}

function Tiles({ hall, renderVideo }: { hall: Hall; renderVideo: HallViewProps['renderVideo'] }) {
  const area = useRef<HTMLDivElement>(null);
  useArea(area, hall.setArea);
  const { columns, rows } = hall.grid;
  return (
    <div className={styles.area} ref={area}>
      <ul className={styles.tiles} style={{ '--columns': columns, '--rows': rows } as React.CSSProperties}>
        {hall.page.items.map((seat) => (
          <li key={seat.identity}>
            <Tile
              seat={seat}
              video={renderVideo(seat, 'camera')}
              onPin={seat.self ? undefined : () => {
                hall.setPinned(seat.identity);
                hall.setLayout('stage');
              }}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

function useArea(ref: React.RefObject<HTMLElement | null>, onSize: (size: Size) => void) {
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() => onSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, onSize]);
}

function Pager({ page, pages, onPage }: { page: number; pages: number; onPage: (page: number) => void }) {
  const { hall } = useHallText();
  if (pages < 2) return null;
  return (
    <nav className={styles.pager} aria-label={hall.points}>
      <button type="button" disabled={page === 0} onClick={() => onPage(page - 1)} aria-label={hall.previousPage}>
        <Icon name="previous" />
      </button>
      <p aria-live="polite">{hall.page(page + 1, pages)}</p>
      <button type="button" disabled={page === pages - 1} onClick={() => onPage(page + 1)} aria-label={hall.nextPage}>
        <Icon name="next" />
      </button>
    </nav>
  );
}
