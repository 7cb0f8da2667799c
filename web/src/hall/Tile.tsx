// One point: its picture, its name, and the marks that tell its state.
import type { ReactNode } from 'react';

import { useHallText } from '../i18n/hall';
import { Icon } from '../ui/Icon';
import { LineMark } from './LineMark';
import type { Seat } from './seats';
import styles from './Tile.module.css';

interface Props {
  seat: Seat;
  /** The picture, when there is one to show. */
  video: ReactNode;
  big?: boolean;
  pinned?: boolean;
  onPin?: () => void;
}

export function Tile({ seat, video, big = false, pinned = false, onPin }: Props) {
  const { hall } = useHallText();
  const live = seat.camera?.live === true;
  return (
    <article
      className={`${styles.tile} ${big ? styles.big : ''} ${seat.speaking ? styles.speaking : ''} ${pinned ? styles.isPinned : ''}`}
      data-identity={seat.identity}
      aria-label={seat.name}
    >
      <div className={styles.picture}>
        {live ? (
          <>
            {video}
            {seat.camera?.rests && (
              <p className={styles.rests} data-mark="rests">
                {hall.rests}
              </p>
            )}
          </>
        ) : (
          <p className={styles.blank}>
            <Icon name="cameraOff" size={big ? 44 : 26} />
            <span>{hall.cameraOff}</span>
          </p>
        )}
        <div className={styles.marks}>
          {seat.presides && <span className={styles.presides}>{hall.presides}</span>}
          {seat.hasFloor && (
            <span className={styles.hasFloor} data-mark="floor">
              <Icon name="hand" size={16} />
              {hall.hasFloor}
            </span>
          )}
          {seat.spotlit && (
            <span className={styles.spotlit} data-mark="spotlight">
              <Icon name="chair" size={16} />
              {hall.spotlit}
            </span>
          )}
          {pinned && (
            <span className={styles.pinned} data-mark="pin">
              <Icon name="pin" size={16} />
              {hall.pinned}
            </span>
          )}
          {seat.self && <span className={styles.self}>{hall.you}</span>}
          <LineMark line={seat.line} worded={big} />
        </div>
      </div>
      <div className={styles.label} title={seat.unit === '' ? seat.name : `${seat.name} (${seat.unit})`}>
        <SoundMark seat={seat} />
        <p>
          <strong>{seat.name}</strong>
          {seat.unit !== '' && <span>{seat.unit}</span>}
        </p>
        {big && onPin && <PinButton seat={seat} pinned={pinned} onPin={onPin} worded />}
      </div>
      {!big && onPin && <PinButton seat={seat} pinned={pinned} onPin={onPin} />}
    </article>
  );
}

interface PinProps {
  seat: Seat;
  pinned: boolean;
  onPin: () => void;
  /** With a word beside the sign, where there is room for one. */
  worded?: boolean;
}

function PinButton({ seat, pinned, onPin, worded = false }: PinProps) {
  const { hall } = useHallText();
  const words = pinned ? hall.unpin(seat.name) : hall.pin(seat.name);
  return (
    <button
      type="button"
      className={worded ? styles.pinWorded : styles.pin}
      onClick={onPin}
      aria-label={words}
      title={words}
      data-pinned={pinned}
    >
      <Icon name={pinned ? 'unpin' : 'pin'} size={18} />
      {worded && <span>{pinned ? hall.unpinShort : hall.pinShort}</span>}
    </button>
  );
}

function SoundMark({ seat }: { seat: Seat }) {
  const { hall } = useHallText();
  if (seat.sound === 'live' && !seat.speaking) return null;
  const words = seat.sound === 'live' ? hall.speaking : seat.sound === 'muted' ? hall.muted : hall.noMicrophone;
  return (
    <span
      className={seat.sound === 'live' ? styles.sounding : styles.silent}
      role="img"
      aria-label={words}
      title={words}
      data-sound={seat.sound}
    >
      <Icon name={seat.sound === 'live' ? 'microphone' : 'microphoneOff'} size={18} />
    </span>
  );
}
