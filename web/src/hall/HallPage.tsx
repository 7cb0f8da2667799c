// The hall: a session, and the room in it.
import { RoomAudioRenderer, RoomContext } from '@livekit/components-react';
import type { Room } from 'livekit-client';
import { useEffect, useState } from 'react';

import type { Admission, JoinRefusal } from '../api/join';
import type { Farewell } from '../app/screen';
import type { Setup } from '../join/setup';
import { HallInSession } from './HallInSession';
import { Session } from './session';
import { troubleWords, useComplaint, type Complaint } from './useWords';

declare global {
  interface Window {
    /** For the browser tests; there only when the server says that it runs in development mode. */
    __diemcau?: { room: Room };
  }
}

export interface HallProps {
  code: string;
  admission: Admission;
  setup: Setup;
  onOver: (why: Farewell) => void;
  onRefused: (refusal: JoinRefusal) => void;
}

export default function HallPage(props: HallProps) {
  const [complaint, complain] = useComplaint();
  const session = useSession(props, complain);
  return (
    session && (
      <RoomContext value={session.room}>
        <HallInSession {...props} session={session} complaint={complaint} complain={complain} />
        <RoomAudioRenderer />
      </RoomContext>
    )
  );
}

function useSession({ code, admission, setup }: HallProps, complain: (complaint: Complaint) => void): Session | null {
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    const started = new Session({
      code,
      admission,
      setup,
      url: window.location.origin.replace(/^http/, 'ws'),
      onDeviceTrouble: (device, trouble) => complain((text) => troubleWords(text, device, trouble)),
    });
    if (admission.dev) window.__diemcau = { room: started.room };
    setSession(started);
    started.start();
    return () => {
      delete window.__diemcau;
      started.stop();
    };
  }, [code, admission, setup, complain]);
  return session;
}
