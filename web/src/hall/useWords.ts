// What the hall says: of a trouble for a while, and of ourselves in a live region.
import { useCallback, useEffect, useState } from 'react';

import type { Messages } from '../i18n';
import { useHallText, type HallMessages } from '../i18n/hall';
import type { LobbyMessages } from '../i18n/lobby';
import { browserFamily, type Trouble } from '../join/trouble';
import type { DeviceKind } from './session';

const COMPLAINT_MS = 12_000;

/** What to say, made into words when it is shown: the language may change meanwhile. */
export type Complaint = (text: Messages & HallMessages & LobbyMessages) => string;

export function useComplaint(): [Complaint | null, (complaint: Complaint) => void] {
  const [complaint, setComplaint] = useState<{ words: Complaint } | null>(null);
  useEffect(() => {
    if (complaint === null) return;
    const timer = setTimeout(() => setComplaint(null), COMPLAINT_MS);
    return () => clearTimeout(timer);
  }, [complaint]);
  const complain = useCallback((words: Complaint) => setComplaint({ words }), []);
  return [complaint?.words ?? null, complain];
}

interface OwnState {
  up: boolean;
  microphoneOn: boolean;
  cameraOn: boolean;
  sharing: boolean;
}

/** Words for a live region: what just changed about ourselves. */
export function useStateWords({ up, microphoneOn, cameraOn, sharing }: OwnState): string {
  const { control, hall } = useHallText();
  const [words, setWords] = useState('');
  const [told, setTold] = useState<OwnState>({ up: false, microphoneOn: false, cameraOn: false, sharing: false });
  useEffect(() => {
    const changed = [
      ...(up && !told.up ? [hall.connected] : []),
      ...(microphoneOn !== told.microphoneOn ? [microphoneOn ? control.nowUnmuted : control.nowMuted] : []),
      ...(cameraOn !== told.cameraOn ? [cameraOn ? control.nowCameraOn : control.nowCameraOff] : []),
      ...(sharing !== told.sharing ? [sharing ? control.nowSharing : control.nowNotSharing] : []),
    ];
    if (changed.length > 0) setWords(changed.join(' '));
    if (changed.length > 0 || up !== told.up) setTold({ up, microphoneOn, cameraOn, sharing });
  }, [up, microphoneOn, cameraOn, sharing, told, control, hall]);
  return words;
}

export function troubleWords(text: LobbyMessages, device: DeviceKind, trouble: Trouble): string {
  const name = text.device[device];
  switch (trouble) {
    case 'denied':
      return `${text.device.denied.title(name)}. ${text.device.denied[browserFamily(navigator.userAgent)]}`;
    case 'insecure':
    case 'unsupported':
      return `${text.device[trouble].title}. ${text.device[trouble].text}`;
    default:
      return `${text.device[trouble].title(name)}. ${text.device[trouble].text}`;
  }
}
