// A line check against the server: this device sends its camera and microphone into a room of its own by one connection,
// receives them by another, and measures both ways.
import { Room, RoomEvent, Track, type RemoteTrack } from 'livekit-client';

import type { CheckRoom } from '../api/schema';
import { PUBLISHING } from '../hall/publishing';
import { findingOf, sampleOf, type Finding, type Sample } from './measure';

export interface Check {
  url: string;
  room: CheckRoom;
  /** Live tracks; they go on being the preview's. */
  camera: MediaStreamTrack | null;
  microphone: MediaStreamTrack | null;
  /** From 0 to 1. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

/** Where it failed: no way to the server, or no media on it. */
export class CheckFailed extends Error {
  constructor(readonly at: 'signalling' | 'media') {
    super(at);
  }
}

const MEASURE_MS = 8_000;
const STEP_MS = 500;
/** For the media to begin to flow. */
const MEDIA_MS = 15_000;

export async function runLineCheck({ url, room, camera, microphone, onProgress, signal }: Check): Promise<Finding> {
  const sender = new Room({ adaptiveStream: false, dynacast: false, publishDefaults: PUBLISHING, disconnectOnPageLeave: true });
  const receiver = new Room({ adaptiveStream: false, dynacast: false, disconnectOnPageLeave: true });
  // The preview keeps its own tracks: what is sent ends with the check.
  const sent = [camera, microphone].flatMap((track) => (track ? [track.clone()] : []));
  try {
    const arrived = new Map<string, RemoteTrack>();
    receiver.on(RoomEvent.TrackSubscribed, (track) => arrived.set(track.sid ?? track.kind, track));
    await connect(receiver, url, room.receiver);
    await connect(sender, url, room.sender);
    try {
      for (const track of sent) {
        await sender.localParticipant.publishTrack(track, {
          source: track.kind === 'video' ? Track.Source.Camera : Track.Source.Microphone,
        });
      }
    } catch {
      throw new CheckFailed('media');
    }
    await flowing(arrived, sent.length, signal);
    const samples: Sample[] = [];
    const begin = performance.now();
    for (;;) {
      const elapsedMs = performance.now() - begin;
      onProgress(Math.min(1, elapsedMs / MEASURE_MS));
      samples.push(sampleOf(elapsedMs, await statsOf(sender, arrived)));
      if (elapsedMs >= MEASURE_MS) break;
      await pause(STEP_MS, signal);
    }
    return findingOf(samples, camera !== null);
  } finally {
    for (const track of sent) track.stop();
    await Promise.allSettled([sender.disconnect(), receiver.disconnect()]);
  }
}

async function connect(room: Room, url: string, token: string): Promise<void> {
  try {
    await room.connect(url, token, { autoSubscribe: true });
  } catch {
    throw new CheckFailed('signalling');
  }
}

/** Waits until every track that was sent has come back. */
async function flowing(arrived: ReadonlyMap<string, RemoteTrack>, count: number, signal: AbortSignal): Promise<void> {
  const end = performance.now() + MEDIA_MS;
  while (arrived.size < count) {
    if (performance.now() > end) throw new CheckFailed('media');
    await pause(100, signal);
  }
}

async function statsOf(sender: Room, arrived: ReadonlyMap<string, RemoteTrack>): Promise<Record<string, unknown>[]> {
  const own = [...sender.localParticipant.trackPublications.values()].map(({ track }) => track?.getRTCStatsReport());
  const back = [...arrived.values()].map((track) => track.getRTCStatsReport());
  const reports = await Promise.all([...own, ...back]);
  // The tracks of a connection have its candidate pairs in common.
  const all = new Map<string, Record<string, unknown>>();
  for (const [index, report] of reports.entries()) {
    report?.forEach((stat: Record<string, unknown>) => all.set(`${index < own.length ? 'up' : 'down'} ${String(stat.id)}`, stat));
  }
  return [...all.values()];
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(new DOMException('ended', 'AbortError'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, ms);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
