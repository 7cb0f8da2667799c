// The hall while its session lasts: what it shows, and what the person does with it.
import { useAudioPlayback, VideoTrack } from '@livekit/components-react';
import { Track, type Room } from 'livekit-client';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';

import { downloadAttendance } from '../api/attendance';
import type { Document } from '../api/schema';
import { readText, writeText } from '../app/storage';
import { useText } from '../i18n';
import { useHallText } from '../i18n/hall';
import { useLobbyText } from '../i18n/lobby';
import { Banners } from '../meeting/Banners';
import { useConduct } from '../meeting/conduct';
import { ShortcutsDialog, useShortcutsSwitch, type ShortcutLine } from '../meeting/Shortcuts';
import { tell } from '../ui/toasts';
import { useKeys } from '../ui/useKeys';
import { useLeaveWarning } from '../ui/useLeaveWarning';
import { AskDialog } from './AskDialog';
import { diagnosticsOf } from './diagnostics';
import { LeaveDialog } from './dialogs';
import { DocumentDialog } from './DocumentDialog';
import { handOf } from './floor';
import { gatherStats, serverOf } from './gather';
import { HallBanners } from './HallBanners';
import type { HallProps } from './HallPage';
import { HallView } from './HallView';
import { OptionsDialog } from './OptionsDialog';
import type { PanelTab } from './panel/tabs';
import { canFullScreen, openPicture, stagePicture, toggleFullScreen } from './screen';
import type { Seat } from './seats';
import type { Session } from './session';
import type { Saving } from './stage';
import { unreadOf } from './unread';
import { mayShareScreen, useArrivals, useDirected, useHall, useRoomSeats, useSubscriptions } from './useHall';
import { usePageEnd, useWakeLock } from './usePresence';
import { useTalking } from './useTalking';
import { useUnmuteAsked } from './useUnmuteAsked';
import { useStateWords, type Complaint } from './useWords';

// The desk, the roll and the chat come when they are wanted.
const loadPanel = () => import('./panel/Panel');
const Panel = lazy(loadPanel);

interface Props extends HallProps {
  session: Session;
  complaint: Complaint | null;
  complain: (complaint: Complaint) => void;
}

type Asking = { is: 'leave' | 'keys' | 'options' | 'ask' } | { is: 'document'; document: Document };

const PANEL_KEY = 'diemcau.panel';

export function HallInSession({ code, admission, session, complaint, complain, onOver, onRefused }: Props) {
  const text = { ...useText(), ...useHallText(), ...useLobbyText() };
  const { room } = session;
  const { live, self, places, may } = useConduct();
  const line = useSyncExternalStore(session.subscribe, session.line);
  const seats = useDirected(room, useRoomSeats(room), places);
  const hall = useHall(seats);
  useSubscriptions(room, hall);
  const { canPlayAudio, startAudio } = useAudioPlayback(room);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [tab, setTab] = useState<PanelTab | null>(() => readText(PANEL_KEY) as PanelTab | null);
  const [lines, setLines] = useState<ShortcutLine[]>([]);
  const [keysOn, setKeysOn] = useShortcutsSwitch();
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const arrivals = useArrivals(hall.seats, line.at === 'up');
  const { state } = live;

  useEffect(() => {
    if (line.at === 'over') onOver(line.why);
    else if (line.at === 'refused') onRefused(line.refusal);
  }, [line, onOver, onRefused]);

  const inHall = line.at !== 'over' && line.at !== 'refused';
  useWakeLock(inHall);
  useLeaveWarning(inHall && line.at !== 'joining');
  // A page brought back from the browser's cache finds its line lost, and returns by itself.
  usePageEnd(useCallback(() => void room.disconnect(), [room]));

  const own = hall.seats.find((seat) => seat.self);
  const microphoneOn = own?.sound === 'live';
  const cameraOn = own?.camera?.live === true;
  const sharing = own?.screen != null;
  const onStage = mayShareScreen(room);
  // The server's word comes before the SDK knows a track that it has just published, and is lost then.
  useEffect(() => {
    if (!onStage && microphoneOn) void room.localParticipant.setMicrophoneEnabled(false).catch(() => {});
  }, [room, onStage, microphoneOn]);
  const talks = useTalking(room, own?.sound === 'muted');
  const [unmuteAsked, forgetUnmute] = useUnmuteAsked(room, microphoneOn);
  const unread = useUnread(tab === 'chat');

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
  const showTab = useCallback((next: PanelTab | null) => {
    setTab(next);
    writeText(PANEL_KEY, next);
  }, []);
  const mayAsk = may('request-floor') && state?.view !== 'host';
  const hand = handOf(state?.floor, self, may('request-floor') && (mayAsk || self === 'hub'));
  const askForFloor = () => setAsking({ is: 'ask' });
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
    raiseHand: () => (hand.is === 'free' ? askForFloor() : showTab(state?.view === 'host' ? 'conduct' : 'floor')),
    togglePanel: () => showTab(tab === null ? (state?.view === 'host' ? 'conduct' : 'floor') : null),
    openOptions: () => setAsking({ is: 'options' }),
    askToLeave: () => setAsking({ is: 'leave' }),
  };
  const setSaving = (saving: Saving) => {
    hall.setSaving(saving);
    // Only sound goes both ways.
    if (saving === 'sound' && cameraOn) void session.setCamera(false);
  };
  const copyDiagnostics = async () => {
    const situation = {
      meeting: admission.meeting.id, identity: admission.identity, atMs: Date.now(), userAgent: navigator.userAgent, line: line.at, live: live.line.at,
      serverAheadMs: live.aheadMs, server: serverOf(room), stats: await gatherStats(room),
    };
    await navigator.clipboard.writeText(diagnosticsOf(situation)).then(
      () => tell(text.more.copied),
      () => tell(text.more.notCopied, { tone: 'bad' }),
    );
  };
  const saveAttendance = async () => {
    if (!(await downloadAttendance(code))) complain((words) => words.control.attendanceFailed);
  };
  const showPicture = () => {
    const video = stagePicture();
    if (video) openPicture(video).catch(() => tell(text.more.pictureFailed, { tone: 'bad' }));
  };

  const enabled = line.at === 'up' || line.at === 'resuming';
  const canShare = onStage && 'getDisplayMedia' in (navigator.mediaDevices ?? {});
  const listens = keysOn && asking === null;
  useKeys(listens, {
    m: () => enabled && actions.toggleMicrophone(),
    v: () => enabled && actions.toggleCamera(),
    s: () => enabled && canShare && actions.toggleSharing(),
    h: () => hand.is !== 'none' && actions.raiseHand(),
    g: actions.toggleLayout,
    o: actions.togglePanel,
    c: () => showTab(tab === 'chat' ? null : 'chat'),
    j: () => hall.setProjector(!hall.projector),
    f: toggleFullScreen,
    pageup: () => hall.setPage(hall.page.page - 1),
    pagedown: () => hall.setPage(hall.page.page + 1),
    '?': () => setAsking({ is: 'keys' }),
  });
  // The way out is no single key that may be switched off.
  const { projector, setProjector } = hall;
  useKeys(projector && asking === null, { escape: () => setProjector(false) });

  useEffect(() => void loadPanel().catch(() => {}), []);
  const announcement = useStateWords({ up: line.at === 'up', microphoneOn, cameraOn, sharing });
  const renderVideo = useMemo(
    () => (seat: Seat, kind: 'camera' | 'screen') => <SeatVideo room={room} seat={seat} kind={kind} />,
    [room],
  );
  const current = state?.agenda.find(({ course }) => course && !course.finished)?.title ?? null;
  const done = () => setAsking(null);

  return (
    <>
      <HallView
        meeting={admission.meeting}
        aheadMs={live.aheadMs}
        currentItem={current}
        hall={hall}
        line={line}
        controls={{ microphoneOn, cameraOn, sharing, canShare, layout: hall.layout, enabled, hand, panelOpen: tab !== null, unread }}
        actions={actions}
        banners={
          <>
            <HallBanners
              line={line}
              onRetry={session.retryNow}
              onStartAudio={canPlayAudio || line.at !== 'up' ? null : () => void startAudio().catch(() => {})}
              complaint={complaint?.(text) ?? null}
              unheard={talks && line.at === 'up' ? (onStage ? 'muted' : 'offStage') : null}
              microphoneOn={microphoneOn}
              projector={projector}
              unmuteAsked={unmuteAsked}
              onUnmute={() => once('microphone', () => session.setMicrophone(true))}
              onLater={forgetUnmute}
              onAsk={hand.is === 'free' ? askForFloor : null}
              onVote={() => showTab('vote')}
            />
            {line.at === 'up' && <Banners />}
          </>
        }
        panel={
          tab !== null && !projector ? (
            <Suspense fallback={null}>
              <Panel
                tab={tab}
                onTab={showTab}
                onClose={() => showTab(null)}
                onAsk={askForFloor}
                onOpen={(document) => setAsking({ is: 'document', document })}
                keysOn={listens}
                onLines={setLines}
              />
            </Suspense>
          ) : null
        }
        announcement={`${announcement} ${arrivals}`.trim()}
        renderVideo={renderVideo}
      />
      {asking?.is === 'leave' && <LeaveDialog role={admission.role} onStay={done} onLeave={() => void session.leave()} />}
      {asking?.is === 'ask' && <AskDialog onDone={done} />}
      {asking?.is === 'document' && <DocumentDialog document={asking.document} onClose={done} />}
      {asking?.is === 'options' && (
        <OptionsDialog
          saving={hall.saving}
          onSaving={setSaving}
          onPictureInPicture={stagePicture() ? showPicture : null}
          onFullScreen={canFullScreen() ? toggleFullScreen : null}
          onProjector={() => setProjector(true)}
          onKeys={() => setAsking({ is: 'keys' })}
          onDiagnostics={() => void copyDiagnostics()}
          onAttendance={admission.role === 'host' ? () => void saveAttendance() : null}
          onDone={done}
        />
      )}
      {asking?.is === 'keys' && (
        <ShortcutsDialog
          lines={[
            { keys: ['M'], does: text.keys.microphone },
            { keys: ['V'], does: text.keys.camera },
            { keys: ['S'], does: text.keys.share },
            { keys: ['H'], does: text.keys.hand },
            { keys: ['G'], does: text.keys.view },
            { keys: ['Page Up', 'Page Down'], does: text.keys.pages },
            { keys: ['O'], does: text.keys.panel },
            { keys: ['C'], does: text.keys.chat },
            { keys: ['J'], does: text.keys.projector },
            { keys: ['F'], does: text.keys.fullScreen },
            ...lines,
          ]}
          enabled={keysOn}
          onEnable={setKeysOn}
          onClose={done}
        />
      )}
    </>
  );
}

/** Messages of others since this person last looked. */
function useUnread(isOpen: boolean): number {
  const { live, self } = useConduct();
  const messages = live.state?.messages;
  const newest = messages?.at(-1)?.seq ?? 0;
  // What was written before this page came is no news.
  const [read, setRead] = useState<number | null>(null);
  const known = messages !== undefined;
  useEffect(() => {
    if (known && (isOpen || read === null)) setRead(newest);
  }, [known, isOpen, read, newest]);
  return messages === undefined || read === null || isOpen ? 0 : unreadOf(messages, read, self);
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
