// Listens whether somebody talks into the microphone that is off.
import { Track, type Room } from 'livekit-client';
import { useEffect, useState } from 'react';

import { watchLevel } from '../join/meter';
import { isTold, nextTalking, QUIET } from './talking';

/** True for some seconds after somebody has talked for a while. `muted` as the others have it: by us or by the rules. */
export function useTalking(room: Room, muted: boolean): boolean {
  const [told, setTold] = useState(false);
  useEffect(() => {
    setTold(false);
    const live = room.localParticipant.getTrackPublication(Track.Source.Microphone)?.track?.mediaStreamTrack;
    if (!muted || !live || live.readyState === 'ended') return;
    // A track that is muted is silent; its twin is heard here and goes nowhere.
    const twin = live.clone();
    twin.enabled = true;
    let talking = QUIET;
    const stop = watchLevel(new MediaStream([twin]), (level) => {
      const now = Date.now();
      talking = nextTalking(talking, level, now);
      setTold(isTold(talking, now));
    });
    return () => {
      stop();
      twin.stop();
    };
  }, [room, muted]);
  return told;
}
