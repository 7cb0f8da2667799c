// The hall: a session, what it shows, and what the person does with it.
import { RoomAudioRenderer, RoomContext, useAudioPlayback, VideoTrack } from '@livekit/components-react';
import { Track, type Room } from 'livekit-client';
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';

import { downloadAttendance } from '../api/attendance';
import type { Admission, JoinRefusal } from '../api/join';
import type { Farewell } from '../app/screen';
import { useText, type Messages } from '../i18n';
import { useHallText, type HallMessages } from '../i18n/hall';
import { useLobbyText, type LobbyMessages } from '../i18n/lobby';
import type { Setup } from '../join/setup';
import { browserFamily, type Trouble } from '../join/trouble';
import { useLeaveWarning } from '../ui/useLeaveWarning';
import { ShortcutsDialog, useShortcutsSwitch } from '../meeting/Shortcuts';
import { useKeys } from '../ui/useKeys';
import { LeaveDialog } from './dialogs';
import { HallView } from './HallView';
import type { Seat } from './seats';
import { Session, type DeviceKind } from './session';
import { useArrivals, useHall, useRoomSeats, useSubscriptions } from './useHall';
import { usePageEnd, useWakeLock } from './usePresence';

declare global {
  interface Window {
    /** For the browser tests; there only when the server says that it runs in development mode. */
    __diemcau?: { room: Room };
  }
}

interface Props {
  code: string;
  admission: Admission;
  setup: Setup;
  onOver: (why: Farewell) => void;
  onRefused: (refusal: JoinRefusal) => void;
}

const COMPLAINT_MS = 12_000;

export default function HallPage(props: Props) {
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

/** What to say, made into words when it is shown: the language may change meanwhile. */
type Complaint = (text: Messages & HallMessages & LobbyMessages) => string;

function useSession({ code, admission, setup }: Props, complain: (complaint: Complaint) => void): Session | null {
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

interface InSessionProps extends Props {
  session: Session;
  complaint: Complaint | null;
  complain: (complaint: Complaint) => void;
}

function HallInSession({ code, admission, session, complaint, complain, onOver, onRefused }: InSessionProps) {
  const text = { ...useText(), ...useHallText(), ...useLobbyText() };
  const { room } = session;
  const line = useSyncExternalStore(session.subscribe, session.line);
  const hall = useHall(useRoomSeats(room));
  useSubscriptions(room, hall);
  const { canPlayAudio, startAudio } = useAudioPlayback(room);
  const [dialog, setDialog] = useState<'leave' | 'shortcuts' | null>(null);
  const [keysOn, setKeysOn] = useShortcutsSwitch();
  const [attendance, setAttendance] = useState<'ready' | 'busy'>('ready');
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const arrivals = useArrivals(hall.seats, line.at === 'up');

  useEffect(() => {
    if (line.at === 'over') onOver(line.why);
    else if (line.at === 'refused') onRefused(line.refusal);
  }, [line, onOver, onRefused]);

  const inHall = line.at !== 'over' && line.at !== 'refused';
  useWakeLock(inHall);
  useLeaveWarning(inHall && line.at !== 'joining');
  // A page brought back from the browser's cache finds its line lost, and returns by itself.
  usePageEnd(useCallback(() => void room.disconnect(), [room]));

  const self = hall.seats.find((seat) => seat.self);
  const microphoneOn = self?.sound === 'live';
  const cameraOn = self?.camera?.live === true;
  const sharing = self?.screen != null;

  /** One switch at a time of each kind: a second click waits for nothing and does nothing. */
  const once = (what: string, work: () => Promise<void>) => {
    if (busy.has(what)) return;
    setBusy((before) => new Set(before).add(what));
    void work().finally(() =>
      setBusy((before) => {
        const after = new Set(before);
        after.delete(what);
        return after;
      }),
    );
  };
  const actions = {
    toggleMicrophone: () => once('microphone', () => session.setMicrophone(!microphoneOn)),
    toggleCamera: () => once('camera', () => session.setCamera(!cameraOn)),
    toggleSharing: () =>
      once('share', () =>
        session.setSharing(!sharing).catch((error: unknown) => {
          // Closing the browser's own chooser is an answer, not a failure.
          if (!(error instanceof Error && error.name === 'NotAllowedError')) complain((words) => words.control.shareFailed);
        }),
      ),
    toggleLayout: () => hall.setLayout(hall.layout === 'stage' ? 'grid' : 'stage'),
    openShortcuts: () => setDialog('shortcuts'),
    downloadAttendance: () => {
      setAttendance('busy');
      void downloadAttendance(code).then((saved) => {
        setAttendance('ready');
        if (!saved) complain((words) => words.control.attendanceFailed);
      });
    },
    askToLeave: () => setDialog('leave'),
  };

  const enabled = line.at === 'up' || line.at === 'resuming';
  const canShare = 'getDisplayMedia' in (navigator.mediaDevices ?? {});
  useKeys(keysOn && dialog === null, {
    m: () => enabled && actions.toggleMicrophone(),
    v: () => enabled && actions.toggleCamera(),
    s: () => enabled && canShare && actions.toggleSharing(),
    g: actions.toggleLayout,
    pageup: () => hall.setPage(hall.page.page - 1),
    pagedown: () => hall.setPage(hall.page.page + 1),
    '?': actions.openShortcuts,
  });

  const announcement = useStateWords({ up: line.at === 'up', microphoneOn, cameraOn, sharing });
  const renderVideo = useMemo(
    () => (seat: Seat, kind: 'camera' | 'screen') => <SeatVideo room={room} seat={seat} kind={kind} />,
    [room],
  );

  return (
    <>
      <HallView
        meeting={admission.meeting}
        hall={hall}
        line={line}
        controls={{
          microphoneOn,
          cameraOn,
          sharing,
          canShare,
          layout: hall.layout,
          enabled,
          attendance: admission.role === 'host' ? attendance : 'none',
        }}
        actions={actions}
        onRetry={session.retryNow}
        onStartAudio={canPlayAudio || line.at !== 'up' ? null : () => void startAudio().catch(() => {})}
        announcement={`${announcement} ${arrivals}`.trim()}
        complaint={complaint?.(text) ?? null}
        renderVideo={renderVideo}
      />
      {dialog === 'leave' && (
        <LeaveDialog role={admission.role} onStay={() => setDialog(null)} onLeave={() => void session.leave()} />
      )}
      {dialog === 'shortcuts' && (
        <ShortcutsDialog
          lines={[
            { keys: ['M'], does: text.keys.microphone },
            { keys: ['V'], does: text.keys.camera },
            { keys: ['S'], does: text.keys.share },
            { keys: ['G'], does: text.keys.view },
            { keys: ['Page Up', 'Page Down'], does: text.keys.pages },
          ]}
          enabled={keysOn}
          onEnable={setKeysOn}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}

function SeatVideo({ room, seat, kind }: { room: Room; seat: Seat; kind: 'camera' | 'screen' }) {
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

function useComplaint(): [Complaint | null, (complaint: Complaint) => void] {
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
function useStateWords({ up, microphoneOn, cameraOn, sharing }: OwnState): string {
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

function troubleWords(text: LobbyMessages, device: DeviceKind, trouble: Trouble): string {
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
