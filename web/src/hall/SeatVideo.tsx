// The picture of a seat as the SDK shows it.
import { VideoTrack } from '@livekit/components-react';
import { Track, type Room } from 'livekit-client';
import { useMemo } from 'react';

import type { Seat } from './seats';

export function SeatVideo({ room, seat, kind }: { room: Room; seat: Seat; kind: 'camera' | 'screen' }) {
  const source = kind === 'camera' ? Track.Source.Camera : Track.Source.ScreenShare;
  const participant = room.getParticipantByIdentity(seat.identity);
  const publication = participant?.getTrackPublication(source);
  const trackRef = useMemo(
    () => (participant && publication ? { participant, publication, source } : null),
    [participant, publication, source],
  );
  // A new publication is a new element: nothing of the old picture stays on it.
  return trackRef && <VideoTrack key={keyOf(trackRef.publication)} trackRef={trackRef} />;
}

const keys = new WeakMap<object, number>();
let made = 0;

/** Of the object, not of its id: who comes back anew finds the others' pictures under the ids that they had. */
function keyOf(publication: object): number {
  const key = keys.get(publication) ?? ++made;
  keys.set(publication, key);
  return key;
}
