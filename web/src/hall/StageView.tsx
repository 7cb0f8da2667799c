// The large part of the hall: a camera, a presentation, or words where there is nothing to see.
import type { ReactNode } from 'react';

import { useHallText } from '../i18n/hall';
import { Icon } from '../ui/Icon';
import type { Line } from './line';
import type { Seat } from './seats';
import styles from './StageView.module.css';
import type { Stage } from './stage';
import { Tile } from './Tile';
import type { Hall } from './useHall';

export type RenderVideo = (seat: Seat, kind: 'camera' | 'screen') => ReactNode;

interface Props {
  stage: Stage;
  hall: Hall;
  line: Line;
  renderVideo: RenderVideo;
}

export function StageView({ stage, hall, line, renderVideo }: Props) {
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
            {seat.screen?.rests && ` · ${text.hall.rests}`}
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
