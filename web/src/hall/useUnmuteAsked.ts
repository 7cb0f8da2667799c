// The chair asks this seat for its microphone: it never opens by itself.
import { RoomEvent, type Room } from 'livekit-client';
import { useCallback, useEffect, useState } from 'react';

/** As `src/signalling/WIRE.md` has it. */
const TOPIC = 'diemcau.unmute';

export function useUnmuteAsked(room: Room, microphoneOn: boolean): [boolean, () => void] {
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    const onData = (_data: Uint8Array, from: unknown, _kind: unknown, topic?: string) => {
      // Only the server's own packets have no sender.
      if (topic === TOPIC && from === undefined) setAsked(true);
    };
    room.on(RoomEvent.DataReceived, onData);
    return () => void room.off(RoomEvent.DataReceived, onData);
  }, [room]);
  useEffect(() => {
    if (microphoneOn) setAsked(false);
  }, [microphoneOn]);
  return [asked && !microphoneOn, useCallback(() => setAsked(false), [])];
}
