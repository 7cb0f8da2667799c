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
  return trackRef && <VideoTrack key={trackRef.publication.trackSid} trackRef={trackRef} />;
}
