// The hall while its session lasts: what it shows, and what the person does with it.
import { useAudioPlayback } from '@livekit/components-react';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';

import { useText } from '../i18n';
import { useHallText } from '../i18n/hall';
import { useLobbyText } from '../i18n/lobby';
import { Banners } from '../meeting/Banners';
import { useConduct } from '../meeting/conduct';
import { useShortcutsSwitch, type ShortcutLine } from '../meeting/Shortcuts';
import { useKeys } from '../ui/useKeys';
import { useLeaveWarning } from '../ui/useLeaveWarning';
import { handOf } from './floor';
import { HallBanners } from './HallBanners';
import { HallDialogs, type Asking } from './HallDialogs';
import type { HallProps } from './HallPage';
import { HallView } from './HallView';
import { toggleFullScreen } from './screen';
import type { Seat } from './seats';
import { SeatVideo } from './SeatVideo';
import type { Session } from './session';
import { mayPublishAtAll, mayShareScreen, useArrivals, useDirected, useHall, useRoomSeats, useSubscriptions } from './useHall';
import { usePanel } from './usePanel';
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
  const panel = usePanel();
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
  const mayPublish = mayPublishAtAll(room);
  // The server's word comes before the SDK knows a track that it has just published, and is lost then.
  useEffect(() => {
    if (!onStage && microphoneOn) void room.localParticipant.setMicrophoneEnabled(false).catch(() => {});
  }, [room, onStage, microphoneOn]);
  const talks = useTalking(room, own?.sound === 'muted');
  const [unmuteAsked, forgetUnmute] = useUnmuteAsked(room, microphoneOn);

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
  // Whoever presides gives the floor and asks nobody for it.
  const hand = handOf(state?.floor, self, may('request-floor') && self !== state?.presiding);
  const firstTab = state?.view === 'host' ? 'conduct' : 'floor';
  const askForFloor = () => setAsking({ is: 'ask' });
  const setMicrophone = (on: boolean) => {
    // It would be muted again at once: better to say why.
    if (on && !onStage) complain((words) => words.hall.notOnStage);
    else once('microphone', () => session.setMicrophone(on));
  };
  const actions = {
    toggleMicrophone: () => setMicrophone(!microphoneOn),
    toggleCamera: () => once('camera', () => session.setCamera(!cameraOn)),
    toggleSharing: () =>
      once('share', () =>
        session.setSharing(!sharing).catch((error: unknown) => {
          // Closing the browser's own chooser is an answer, not a failure.
          if (!(error instanceof Error && error.name === 'NotAllowedError')) complain((words) => words.control.shareFailed);
        }),
      ),
    toggleLayout: () => hall.setLayout(hall.layout === 'stage' ? 'grid' : 'stage'),
    raiseHand: () => (hand.is === 'free' ? askForFloor() : panel.show(firstTab)),
    togglePanel: () => panel.show(panel.tab === null ? firstTab : null),
    openOptions: () => setAsking({ is: 'options' }),
    askToLeave: () => setAsking({ is: 'leave' }),
  };
  const enabled = line.at === 'up' || line.at === 'resuming';
  const canShare = mayPublish && onStage && 'getDisplayMedia' in (navigator.mediaDevices ?? {});
  const listens = keysOn && asking === null;
  useKeys(listens, {
    m: () => enabled && mayPublish && actions.toggleMicrophone(),
    v: () => enabled && mayPublish && actions.toggleCamera(),
    s: () => enabled && canShare && actions.toggleSharing(),
    h: () => hand.is !== 'none' && actions.raiseHand(),
    g: actions.toggleLayout,
    o: actions.togglePanel,
    c: () => panel.show(panel.tab === 'chat' ? null : 'chat'),
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

  return (
    <>
      <HallView
        meeting={admission.meeting}
        aheadMs={live.aheadMs}
        currentItem={current}
        hall={hall}
        line={line}
        controls={{ mayPublish, microphoneOn, cameraOn, sharing, canShare, layout: hall.layout, enabled, hand, panelOpen: panel.tab !== null, unread: panel.unread }}
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
              onUnmute={() => setMicrophone(true)}
              onLater={forgetUnmute}
              onAsk={hand.is === 'free' ? askForFloor : null}
              onVote={() => panel.show('vote')}
            />
            {line.at === 'up' && <Banners />}
          </>
        }
        panel={
          panel.tab !== null && !projector ? (
            <Suspense fallback={null}>
              <Panel
                tab={panel.tab}
                takesFocus={panel.wasOpened}
                onTab={panel.show}
                onClose={() => panel.show(null)}
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
      {asking && (
        <HallDialogs
          asking={asking}
          onAsk={setAsking}
          code={code}
          admission={admission}
          session={session}
          hall={hall}
          cameraOn={cameraOn}
          lines={lines}
          keysOn={keysOn}
          onKeysOn={setKeysOn}
        />
      )}
    </>
  );
}
