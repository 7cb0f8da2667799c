// The points beside the stage, in pages.
import { useEffect, useRef, type CSSProperties, type RefObject } from 'react';

import { useHallText } from '../i18n/hall';
import { Icon } from '../ui/Icon';
import styles from './Gallery.module.css';
import type { Size } from './layout';
import type { RenderVideo } from './StageView';
import { Tile } from './Tile';
import type { Hall } from './useHall';

export function Gallery({ hall, renderVideo }: { hall: Hall; renderVideo: RenderVideo }) {
  const text = useHallText();
  return (
    <section className={styles.points} aria-label={text.hall.points}>
      <Tiles hall={hall} renderVideo={renderVideo} />
      <Pager page={hall.page.page} pages={hall.page.pages} onPage={hall.setPage} />
    </section>
  );
}

function Tiles({ hall, renderVideo }: { hall: Hall; renderVideo: RenderVideo }) {
  const area = useRef<HTMLDivElement>(null);
  useArea(area, hall.setArea);
  const { columns, rows } = hall.grid;
  return (
    <div className={styles.area} ref={area}>
      <ul className={styles.tiles} style={{ '--columns': columns, '--rows': rows } as CSSProperties}>
        {hall.page.items.map((seat) => (
          <li key={seat.identity}>
            <Tile
              seat={seat}
              video={renderVideo(seat, 'camera')}
              pinned={hall.pinned === seat.identity}
              onPin={seat.self ? undefined : () => {
                hall.setPinned(hall.pinned === seat.identity ? null : seat.identity);
                hall.setLayout('stage');
              }}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

function useArea(ref: RefObject<HTMLElement | null>, onSize: (size: Size) => void) {
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
