// One stay in the hall: joins, keeps the line, comes back by itself, and remembers what was switched on.
import {
  ConnectionError,
  ConnectionErrorReason,
  DisconnectReason,
  Room,
  RoomEvent,
  VideoPresets,
} from 'livekit-client';

import { exchangeCode, type Admission, type Exchange } from '../api/join';
import type { Setup } from '../join/setup';
import { troubleOfError, type Trouble } from '../join/trouble';
import { nextLine, resumeDelayMs, type Drop, type Line, type LineEvent } from './line';
import { PUBLISHING } from './publishing';

export type DeviceKind = 'camera' | 'microphone';

export interface SessionOptions {
  code: string;
  admission: Admission;
  setup: Setup;
  /** `wss://…`, where the signalling is. */
  url: string;
  onDeviceTrouble: (device: DeviceKind, trouble: Trouble) => void;
}

/** What a test puts in the place of the network and the clock. */
export interface SessionWorld {
  room: Room;
  exchange: (code: string, signal: AbortSignal) => Promise<Exchange>;
  now: () => number;
  random: () => number;
}

/** Tokens live about ten minutes: an older one than this is not worth a try. */
const TOKEN_FRESH_MS = 5 * 60_000;
const TELL_BACK_MS = 6_000;
/**
 * The SDK's own tries end after twenty seconds, save when a try itself never ends: a signalling connection that is taken
 * and closed at once, as a half-dead proxy does it, leaves it waiting for ever.
 */
const RESUME_AT_MOST_MS = 40_000;

export class Session {
  readonly room: Room;
  private readonly world: SessionWorld;
  private readonly abort = new AbortController();
  private readonly listeners = new Set<() => void>();
  /** What the person wants on; it outlives every connection. */
  private readonly wanted: Record<DeviceKind, boolean>;
  private current: Line = { at: 'joining' };
  private timer: ReturnType<typeof setTimeout> | undefined;
  private connecting = false;
  private leaving = false;

  constructor(
    private readonly options: SessionOptions,
    world?: SessionWorld,
  ) {
    this.world = world ?? {
      room: makeRoom(options.setup),
      exchange: exchangeCode,
      now: () => Date.now(),
      random: () => Math.random(),
    };
    this.room = this.world.room;
    this.wanted = { camera: options.setup.cameraOn, microphone: options.setup.microphoneOn };
  }

  start(): void {
    this.room
      .on(RoomEvent.Reconnecting, this.onInterrupted)
      .on(RoomEvent.SignalReconnecting, this.onInterrupted)
      .on(RoomEvent.Reconnected, this.onRestored)
      .on(RoomEvent.Disconnected, this.onDisconnected);
    void this.join();
  }

  /** For good: whoever still looks gets no more news. */
  stop(): void {
    this.abort.abort();
    clearTimeout(this.timer);
    this.listeners.clear();
    this.room
      .off(RoomEvent.Reconnecting, this.onInterrupted)
      .off(RoomEvent.SignalReconnecting, this.onInterrupted)
      .off(RoomEvent.Reconnected, this.onRestored)
      .off(RoomEvent.Disconnected, this.onDisconnected);
    void this.room.disconnect();
  }

  readonly line = (): Line => this.current;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly retryNow = (): void => {
    if (this.current.at === 'waiting') void this.rejoin();
  };

  async leave(): Promise<void> {
    this.leaving = true;
    await this.room.disconnect();
    // Without a connection the SDK has nothing to end and says nothing.
    this.drop('left');
  }

  setMicrophone(on: boolean): Promise<void> {
    return this.setDevice('microphone', on);
  }

  setCamera(on: boolean): Promise<void> {
    return this.setDevice('camera', on);
  }

  /** Rejects when the browser or the person refuses to share. */
  async setSharing(on: boolean): Promise<void> {
    await this.room.localParticipant.setScreenShareEnabled(on, {
      audio: true,
      contentHint: 'detail',
      selfBrowserSurface: 'exclude',
      surfaceSwitching: 'include',
    });
  }

  private async join(): Promise<void> {
    this.connecting = true;
    try {
      const token = await this.freshToken();
      if (token === null) return;
      await this.room.connect(this.options.url, token, { autoSubscribe: false });
    } catch (error) {
      this.drop(this.leaving ? 'left' : dropOfError(error));
      return;
    } finally {
      this.connecting = false;
    }
    if (this.abort.signal.aborted) {
      void this.room.disconnect();
      return;
    }
    this.step({ event: 'connected' });
    this.bringDevices();
  }

  /** Null when there is none to be had: the line then says why. */
  private async freshToken(): Promise<string | null> {
    const { code, admission } = this.options;
    if (this.current.at === 'joining' && this.world.now() - admission.receivedAtMs < TOKEN_FRESH_MS) {
      return admission.token;
    }
    const exchange = await this.world.exchange(code, this.abort.signal);
    if (this.abort.signal.aborted || this.current.at === 'over') return null;
    if (exchange.ok) return exchange.admission.token;
    // A code that opens nothing any more will not open later; everything else may.
    if (exchange.refusal.kind === 'unknown') this.step({ event: 'refused', refusal: exchange.refusal });
    else this.drop('trouble');
    return null;
  }

  private rejoin(): Promise<void> {
    clearTimeout(this.timer);
    this.step({ event: 'retry' });
    return this.join();
  }

  private bringDevices(): void {
    const { speakerId } = this.options.setup;
    if (speakerId !== '') {
      // A speaker that is gone today: the default one plays.
      void this.room.switchActiveDevice('audiooutput', speakerId).catch(() => {});
    }
    // Whoever only looks on sends nothing.
    if (this.room.localParticipant.permissions?.canPublish === false) return;
    if (this.wanted.microphone) void this.setDevice('microphone', true);
    if (this.wanted.camera) void this.setDevice('camera', true);
  }

  private async setDevice(device: DeviceKind, on: boolean): Promise<void> {
    this.wanted[device] = on;
    // With the line down, the wish is kept for the return.
    if (this.current.at !== 'up' && this.current.at !== 'resuming') return;
    const { localParticipant } = this.room;
    try {
      if (device === 'camera') await localParticipant.setCameraEnabled(on);
      else await localParticipant.setMicrophoneEnabled(on);
    } catch (error) {
      // A publication cut short by the line is tried again once the line is back.
      if (this.current.at !== 'up') return;
      this.wanted[device] = false;
      this.options.onDeviceTrouble(device, troubleOfError(error));
    }
  }

  private readonly onInterrupted = () => this.step({ event: 'interrupted' });
  private readonly onRestored = () => this.step({ event: 'connected' });
  private readonly onDisconnected = (reason?: DisconnectReason) => {
    // While joining, the rejected promise tells the same, and more.
    if (!this.connecting) this.drop(this.leaving ? 'left' : dropOfReason(reason));
  };

  private drop(drop: Drop): void {
    this.step({ event: 'dropped', drop, nowMs: this.world.now(), random: this.world.random() });
  }

  private step(event: LineEvent): void {
    if (this.abort.signal.aborted) return;
    const next = nextLine(this.current, event);
    if (next === this.current) return;
    this.current = next;
    clearTimeout(this.timer);
    if (next.at === 'waiting') {
      this.timer = setTimeout(() => void this.rejoin(), Math.max(0, next.retryAtMs - this.world.now()));
    } else if (next.at === 'resuming') {
      // The disconnection that follows is none of the person's doing, and so leads to joining anew.
      this.timer = setTimeout(() => void this.room.disconnect(), RESUME_AT_MOST_MS);
    } else if (next.at === 'up' && next.back) {
      this.timer = setTimeout(() => this.step({ event: 'told' }), TELL_BACK_MS);
    }
    for (const listener of this.listeners) listener();
  }
}

/** What a disconnection means for us: over, or to be tried again. */
export function dropOfReason(reason: DisconnectReason | undefined): Drop {
  switch (reason) {
    case DisconnectReason.DUPLICATE_IDENTITY:
      return 'replaced';
    case DisconnectReason.PARTICIPANT_REMOVED:
      return 'removed';
    case DisconnectReason.ROOM_DELETED:
      return 'closed';
    default:
      // CLIENT_INITIATED too: we did not ask for it, so the browser froze the page and may thaw it.
      return 'trouble';
  }
}

function dropOfError(error: unknown): Drop {
  return error instanceof ConnectionError && error.reason === ConnectionErrorReason.LeaveRequest
    ? dropOfReason(error.context as DisconnectReason)
    : 'trouble';
}

function makeRoom(setup: Setup): Room {
  const device = (id: string) => (id === '' ? {} : { deviceId: { ideal: id } });
  return new Room({
    adaptiveStream: true,
    dynacast: true,
    // The SDK would leave at `beforeunload`, before the person has answered whether to leave at all.
    disconnectOnPageLeave: false,
    reconnectPolicy: {
      nextRetryDelayInMs: ({ retryCount, elapsedMs }) => resumeDelayMs(retryCount, elapsedMs, Math.random()),
    },
    audioCaptureDefaults: {
      ...device(setup.microphoneId),
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    },
    videoCaptureDefaults: { ...device(setup.cameraId), resolution: VideoPresets.h720.resolution },
    publishDefaults: PUBLISHING,
  });
}
