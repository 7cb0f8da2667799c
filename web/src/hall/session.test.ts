import { EventEmitter } from 'node:events';

import { ConnectionError, DisconnectReason, RoomEvent, type Room } from 'livekit-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { admissionOf, type Exchange } from '../api/join';
import { DEFAULT_SETUP } from '../join/setup';
import { dropOfReason, Session } from './session';

const admission = admissionOf(
  {
    token: 'first',
    identity: 'point:071',
    role: 'point',
    meeting: { id: 'm', title: 'Hội nghị', zone: 'Asia/Ho_Chi_Minh', startsAt: '2021-10-19T01:00:00Z' },
    point: { id: '071', name: 'Huyện Lâm Bình', level: '', room: '', path: [] },
    dev: false,
  },
  0,
)!;

/** As much of a room as a session touches, and a world without a network. */
function stage() {
  const log: string[] = [];
  const emitter = new EventEmitter();
  const room = Object.assign(emitter, {
    connect: vi.fn(async (_url: string, token: string) => void log.push(`connect ${token}`)),
    disconnect: vi.fn(async () => void log.push('disconnect')),
    switchActiveDevice: vi.fn(async () => true),
    localParticipant: {
      setCameraEnabled: vi.fn(async (on: boolean) => void log.push(`camera ${on}`)),
      setMicrophoneEnabled: vi.fn(async (on: boolean) => void log.push(`microphone ${on}`)),
    },
  });
  const fresh: Exchange = { ok: true, admission: { ...admission, token: 'fresh' } };
  const exchange = vi.fn(async (): Promise<Exchange> => fresh);
  const onDeviceTrouble = vi.fn();
  const session = new Session(
    { code: 'ABCDE-23456', admission, setup: DEFAULT_SETUP, url: 'ws://x', onDeviceTrouble },
    { room: room as unknown as Room, exchange, now: () => Date.now(), random: () => 0.5 },
  );
  const drop = (reason?: DisconnectReason) => emitter.emit(RoomEvent.Disconnected, reason);
  return { session, room, log, exchange, drop, onDeviceTrouble };
}

describe('a session', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const settle = () => vi.advanceTimersByTimeAsync(0);

  it('joins with the token at hand and brings its devices', async () => {
    const { session, log, exchange } = stage();
    session.start();
    await settle();
    expect(session.line()).toEqual({ at: 'up', back: false });
    expect(log).toEqual(['connect first', 'microphone true', 'camera true']);
    expect(exchange).not.toHaveBeenCalled();
  });

  it('fetches a new token when the one at hand has aged on the preparation page', async () => {
    vi.setSystemTime(6 * 60_000);
    const { session, log } = stage();
    session.start();
    await settle();
    expect(log[0]).toBe('connect fresh');
  });

  it('joins anew with a fresh token when the SDK gives up, and says so', async () => {
    const { session, log, drop } = stage();
    session.start();
    await settle();
    drop(DisconnectReason.UNKNOWN_REASON);
    expect(session.line()).toEqual({ at: 'waiting', attempt: 0, retryAtMs: 1_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(session.line()).toEqual({ at: 'up', back: true });
    expect(log).toContain('connect fresh');
    await vi.advanceTimersByTimeAsync(6_000);
    expect(session.line()).toEqual({ at: 'up', back: false });
  });

  it('does not wait for ever for the SDK to resume', async () => {
    const { session, room, log, drop } = stage();
    session.start();
    await settle();
    room.disconnect.mockImplementationOnce(async () => void drop(DisconnectReason.CLIENT_INITIATED));
    room.emit(RoomEvent.SignalReconnecting);
    expect(session.line()).toEqual({ at: 'resuming' });
    await vi.advanceTimersByTimeAsync(40_000);
    expect(session.line()).toMatchObject({ at: 'waiting' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(log).toContain('connect fresh');
  });

  it('comes back muted when it went muted', async () => {
    const { session, log, drop } = stage();
    session.start();
    await settle();
    await session.setMicrophone(false);
    drop();
    log.length = 0;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(log).toEqual(['connect fresh', 'camera true']);
  });

  it('keeps trying while the server is away, and at once when asked', async () => {
    const { session, room, exchange, drop } = stage();
    session.start();
    await settle();
    exchange.mockResolvedValue({ ok: false, refusal: { kind: 'offline' } });
    drop();
    await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 4_000);
    expect(session.line()).toMatchObject({ at: 'waiting', attempt: 3 });
    exchange.mockResolvedValue({ ok: true, admission });
    session.retryNow();
    await settle();
    expect(session.line()).toEqual({ at: 'up', back: true });
    expect(room.connect).toHaveBeenCalledTimes(2);
  });

  it('ends when the code opens nothing any more', async () => {
    const { session, exchange, drop } = stage();
    session.start();
    await settle();
    exchange.mockResolvedValue({ ok: false, refusal: { kind: 'unknown' } });
    drop();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(session.line()).toEqual({ at: 'refused', refusal: { kind: 'unknown' } });
  });

  it('retries a first join that the server did not answer', async () => {
    const { session, room } = stage();
    room.connect.mockRejectedValueOnce(ConnectionError.timeout('late'));
    session.start();
    await settle();
    expect(session.line()).toMatchObject({ at: 'waiting', attempt: 0 });
  });

  it('does not come back after the seat was taken elsewhere', async () => {
    const { session, room, drop } = stage();
    session.start();
    await settle();
    drop(DisconnectReason.DUPLICATE_IDENTITY);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(session.line()).toEqual({ at: 'over', why: 'replaced' });
    expect(room.connect).toHaveBeenCalledTimes(1);
  });

  it('is over when the person leaves, also from a lost line', async () => {
    const { session, drop } = stage();
    session.start();
    await settle();
    drop();
    await session.leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(session.line()).toEqual({ at: 'over', why: 'left' });
  });

  it('tells of a device that does not open, and stays in the hall', async () => {
    const { session, room, onDeviceTrouble } = stage();
    room.localParticipant.setCameraEnabled.mockRejectedValueOnce(Object.assign(new Error(), { name: 'NotAllowedError' }));
    session.start();
    await settle();
    expect(onDeviceTrouble).toHaveBeenCalledWith('camera', 'denied');
    expect(session.line().at).toBe('up');
  });

  it('says nothing more once stopped', async () => {
    const { session, room, drop } = stage();
    session.start();
    await settle();
    session.stop();
    drop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(room.connect).toHaveBeenCalledTimes(1);
  });
});

it('only a freeze of the page looks like our own leaving, and that is to be undone', () => {
  expect(dropOfReason(DisconnectReason.CLIENT_INITIATED)).toBe('trouble');
  expect(dropOfReason(DisconnectReason.SERVER_SHUTDOWN)).toBe('trouble');
  expect(dropOfReason(DisconnectReason.PARTICIPANT_REMOVED)).toBe('removed');
  expect(dropOfReason(DisconnectReason.ROOM_DELETED)).toBe('closed');
  expect(dropOfReason(undefined)).toBe('trouble');
});
