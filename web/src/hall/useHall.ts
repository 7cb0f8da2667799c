// What the hall shows, put together from the seats and the person's choices; and what is received for it.
import { Track, VideoQuality, type Room } from 'livekit-client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { readText, writeText } from '../app/storage';
import { useHallText } from '../i18n/hall';
import type { Places } from '../meeting/places';
import { directionOf } from './direction';
import { fitGrid, pageOf, type Grid, type GridRules, type Page, type Size } from './layout';
import { rosterOf, useSeats } from './roster';
import { changes, directed, type Seat } from './seats';
import { chooseStage, nextSpeaker, onStage, SAVINGS, wantedTracks, type Saving, type Speaker, type Stage } from './stage';

export type HallLayout = 'stage' | 'grid';

export interface Hall {
  seats: Seat[];
  stage: Stage;
  layout: HallLayout;
  grid: Grid;
  page: Page<Seat>;
  /** For this person alone. */
  pinned: string | null;
  /** Only the stage, to be read from afar. */
  projector: boolean;
  saving: Saving;
  setPinned: (identity: string | null) => void;
  setLayout: (layout: HallLayout) => void;
  setPage: (page: number) => void;
  setProjector: (on: boolean) => void;
  setSaving: (saving: Saving) => void;
  /** The room there is for the tiles, in CSS pixels. */
  setArea: (area: Size) => void;
}

const RULES: Record<HallLayout, GridRules> = {
  stage: { minTileWidth: 168, gap: 10, maxTiles: 9 },
  grid: { minTileWidth: 240, gap: 12, maxTiles: 9 },
};

const SAVING_KEY = 'diemcau.saving';

export function useHall(seats: Seat[]): Hall {
  const [pinned, setPinned] = useState<string | null>(null);
  const [layout, setLayout] = useState<HallLayout>('stage');
  const [wantedPage, setPage] = useState(0);
  const [projector, setProjector] = useState(false);
  const [saving, setSavingState] = useState<Saving>(() => SAVINGS.find((one) => one === readText(SAVING_KEY)) ?? 'off');
  const setSaving = useCallback((next: Saving) => {
    setSavingState(next);
    writeText(SAVING_KEY, next === 'off' ? null : next);
  }, []);
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

  return { seats, stage, layout, grid, page, pinned, projector, saving, setPinned, setLayout, setPage, setProjector, setSaving, setArea };
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

/** The seats as the chair directs them: told with the room itself, so that it holds where the live view does not come through. */
export function useDirected(room: Room, seats: Seat[], places: Places): Seat[] {
  const { metadata } = room;
  const direction = useMemo(() => directionOf(metadata), [metadata]);
  return useMemo(() => directed(seats, direction, places.name), [seats, direction, places]);
}

/** Observers may not. */
export const mayPublishAtAll = ({ localParticipant }: Room): boolean => localParticipant.permissions?.canPublish !== false;

/** Who is on stage may publish all that the token allows (`src/signalling/WIRE.md`); before it is told, nobody is kept from trying. */
export function mayShareScreen({ localParticipant: { permissions } }: Room): boolean {
  const sources = permissions?.canPublishSources ?? [];
  return sources.length === 0 || sources.includes(Track.sourceToProto(Track.Source.ScreenShare));
}

const EMPTY: Stage = { shows: 'nobody' };

/** Receives what the hall shows, and nothing else. */
export function useSubscriptions(room: Room, { seats, stage, layout, page, projector, saving }: Hall): void {
  useEffect(() => {
    const visible = projector ? [] : page.items.map((seat) => seat.identity);
    applySubscriptions(room, wantedTracks(seats, layout === 'stage' || projector ? stage : EMPTY, visible, saving), saving);
  }, [room, seats, stage, layout, page, projector, saving]);
}

/** Only what changes is asked of the server. */
function applySubscriptions(room: Room, wanted: ReadonlySet<string>, saving: Saving): void {
  for (const participant of room.remoteParticipants.values()) {
    for (const publication of participant.trackPublications.values()) {
      if (publication.kind === Track.Kind.Unknown) continue;
      const want = wanted.has(publication.trackSid);
      if (publication.isDesired !== want) publication.setSubscribed(want);
      if (!want || publication.source !== Track.Source.Camera) continue;
      const quality = saving === 'off' ? VideoQuality.HIGH : VideoQuality.LOW;
      if (publication.videoQuality !== quality) publication.setVideoQuality(quality);
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
