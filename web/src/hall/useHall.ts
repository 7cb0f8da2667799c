// What the hall shows, put together from the seats and the person's choices; and what is received for it.
import { Track, type Room } from 'livekit-client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { useHallText } from '../i18n/hall';
import { fitGrid, pageOf, type Grid, type GridRules, type Page, type Size } from './layout';
import { rosterOf, useSeats } from './roster';
import { changes, type Seat } from './seats';
import { chooseStage, nextSpeaker, onStage, wantedTracks, type Speaker, type Stage } from './stage';

export type HallLayout = 'stage' | 'grid';

export interface Hall {
  seats: Seat[];
  stage: Stage;
  layout: HallLayout;
  grid: Grid;
  page: Page<Seat>;
  pinned: string | null;
  setPinned: (identity: string | null) => void;
  setLayout: (layout: HallLayout) => void;
  setPage: (page: number) => void;
  /** The room there is for the tiles, in CSS pixels. */
  setArea: (area: Size) => void;
}

const RULES: Record<HallLayout, GridRules> = {
  stage: { minTileWidth: 168, gap: 10, maxTiles: 9 },
  grid: { minTileWidth: 240, gap: 12, maxTiles: 9 },
};

export function useHall(seats: Seat[]): Hall {
  const [pinned, setPinned] = useState<string | null>(null);
  const [layout, setLayout] = useState<HallLayout>('stage');
  const [wantedPage, setPage] = useState(0);
  const [area, setAreaState] = useState<Size>({ width: 400, height: 600 });
  const speaker = useSpeaker(seats);

  const stage = useMemo(() => chooseStage(seats, { pinned, speaker }), [seats, pinned, speaker]);
  const tiles = useMemo(() => tilesFor(layout, seats, stage), [layout, seats, stage]);
  const grid = useMemo(() => fitGrid(area, tiles.length, RULES[layout]), [area, tiles.length, layout]);
  const page = useMemo(() => pageOf(tiles, grid.columns * grid.rows, wantedPage), [tiles, grid, wantedPage]);

  // A presentation that begins is what everybody came for: show it.
  const presenting = stage.shows === 'screen';
  useEffect(() => {
    if (presenting) setLayout('stage');
  }, [presenting]);

  const setArea = useCallback((next: Size) => {
    setAreaState((before) => (before.width === next.width && before.height === next.height ? before : next));
  }, []);

  return { seats, stage, layout, grid, page, pinned, setPinned, setLayout, setPage, setArea };
}

/** Beside the stage: everybody who is not on it, who belongs to it first, then ourselves. In the grid: everybody. */
function tilesFor(layout: HallLayout, seats: Seat[], stage: Stage): Seat[] {
  const staged = layout === 'stage' ? onStage(stage) : [];
  const beside = layout === 'stage' && stage.shows === 'screen' ? stage.beside?.identity : undefined;
  const rank = (seat: Seat) => (seat.identity === beside ? 0 : seat.self ? 1 : 2);
  return seats.filter((seat) => !staged.includes(seat.identity)).sort((a, b) => rank(a) - rank(b));
}

function useSpeaker(seats: Seat[]): string | null {
  const [speaker, setSpeaker] = useState<Speaker>({ identity: null, sinceMs: 0 });
  useEffect(() => {
    const speaking = seats.filter((seat) => seat.speaking && !seat.self).map((seat) => seat.identity);
    setSpeaker((current) => nextSpeaker(current, speaking, Date.now()));
  }, [seats]);
  return speaker.identity;
}

export function useRoomSeats(room: Room): Seat[] {
  const roster = useMemo(() => rosterOf(room), [room]);
  return useSeats(roster);
}

const EMPTY: Stage = { shows: 'nobody' };

/** Receives what the hall shows, and nothing else. */
export function useSubscriptions(room: Room, { seats, stage, layout, page }: Hall): void {
  useEffect(() => {
    const visible = page.items.map((seat) => seat.identity);
    applySubscriptions(room, wantedTracks(seats, layout === 'stage' ? stage : EMPTY, visible));
  }, [room, seats, stage, layout, page]);
}

/** Only what changes is asked of the server. */
function applySubscriptions(room: Room, wanted: ReadonlySet<string>): void {
  for (const participant of room.remoteParticipants.values()) {
    for (const publication of participant.trackPublications.values()) {
      if (publication.kind === Track.Kind.Unknown) continue;
      const want = wanted.has(publication.trackSid);
      if (publication.isDesired !== want) publication.setSubscribed(want);
    }
  }
}

/** Above so many at once a number says more than names. */
const MOST_NAMES = 3;

/** Words for a live region: who came and who went since the last look. */
export function useArrivals(seats: Seat[], ready: boolean): string {
  const { hall } = useHallText();
  const before = useRef<Seat[] | null>(null);
  const [words, setWords] = useState('');
  useEffect(() => {
    // Who was there when we came is no news, and our own lost line is not theirs.
    if (!ready) {
      before.current = null;
      return;
    }
    if (before.current !== null) {
      const { joined, gone } = changes(before.current, seats);
      const tell = (list: Seat[], one: (name: string) => string, many: (n: number) => string) =>
        list.length > MOST_NAMES ? [many(list.length)] : list.map(({ name }) => one(name));
      const news = [...tell(joined, hall.joined, hall.joinedMany), ...tell(gone, hall.gone, hall.goneMany)];
      if (news.length > 0) setWords(news.join(' '));
    }
    before.current = seats;
  }, [seats, ready, hall]);
  return words;
}
