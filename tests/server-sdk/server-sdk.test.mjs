// LiveKit's server SDK for Node.js, which speaks JSON: what it has a method for, a native client sees the effect of.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { DisconnectReason, RoomEvent, dispose } from '@livekit/rtc-node';
import { AccessToken, DataPacket_Kind, RoomServiceClient, TrackType, WebhookReceiver } from 'livekit-server-sdk';

import { Server } from '../browser/harness/server.mjs';
import { Guest } from './guest.mjs';
import { Hooks } from './hooks.mjs';

/** @type {[string, string]} */
const KEY = ['devkey', 'secret'];
const ROOM = 'sdk';
const MEETING = 'tuyen-quang';
const LIMITS = { timeout: 120_000 };

const hooks = new Hooks(...KEY);
const an = new Guest('an');
const bình = new Guest('bình');
/** @type {Server} */
let server;
/** @type {RoomServiceClient} */
let service;

/**
 * @param {Promise<unknown>} call
 * @param {string} code
 */
async function refused(call, code) {
  await assert.rejects(call, (error) => {
    assert.equal(/** @type {any} */ (error).code, code, String(error));
    return true;
  });
}

before(async () => {
  const address = await hooks.open();
  const config = `[webhooks]\nurls = ["${address}"]\napi_key = "${KEY[0]}"\n`;
  server = await Server.start('server-sdk', { config });
  service = new RoomServiceClient(server.origin, ...KEY);
});

after(async () => {
  await an.leave();
  await bình.leave();
  await server?.stop();
  hooks.close();
  await dispose();
});

test('a room is made, listed and described anew', LIMITS, async () => {
  const made = await service.createRoom({
    name: ROOM,
    emptyTimeout: 90,
    departureTimeout: 45,
    maxParticipants: 5,
    metadata: 'first',
  });
  assert.deepEqual(
    [made.name, made.emptyTimeout, made.departureTimeout, made.maxParticipants, made.metadata],
    [ROOM, 90, 45, 5, 'first'],
  );
  assert.ok(made.creationTimeMs > 0n);
  const again = await service.createRoom({ name: ROOM, metadata: 'second' });
  assert.deepEqual([again.sid, again.metadata], [made.sid, 'first']);
  await service.createRoom({ name: 'other' });
  const names = async (/** @type {string[] | undefined} */ wanted) =>
    (await service.listRooms(wanted)).map((room) => room.name).sort();
  assert.deepEqual(await names(undefined), ['other', ROOM]);
  assert.deepEqual(await names([ROOM, 'nowhere']), [ROOM]);
  await service.deleteRoom('other');
  assert.deepEqual(await names(undefined), [ROOM]);
  assert.equal((await service.updateRoomMetadata(ROOM, 'later')).metadata, 'later');
  assert.deepEqual(await service.listParticipants(ROOM), []);
});

test('participants are read and described anew', LIMITS, async () => {
  await an.join(server.origin, ROOM, KEY);
  const mic = await an.play();
  const published = await hooks.until('the track', (event) => event.event === 'track_published');
  assert.deepEqual([published.track?.sid, published.track?.type], [mic, TrackType.AUDIO]);
  await bình.join(server.origin, ROOM, KEY);
  await bình.until(RoomEvent.TrackSubscribed);

  const listed = await service.listParticipants(ROOM);
  assert.deepEqual(listed.map((one) => one.identity).sort(), ['an', 'bình']);
  const one = await service.getParticipant(ROOM, 'an');
  assert.deepEqual([one.tracks.map((track) => track.sid), one.permission?.canPublish], [[mic], true]);
  const attributes = { hand: 'up', 'the seat': 'số 3' };
  const updated = await service.updateParticipant(ROOM, 'an', { name: 'An', metadata: 'm', attributes });
  assert.deepEqual([updated.name, updated.metadata, updated.attributes], ['An', 'm', attributes]);
  await bình.until(RoomEvent.ParticipantNameChanged, (name, who) => name === 'An' && who.identity === 'an');
  await bình.until(RoomEvent.ParticipantMetadataChanged, (metadata, who) => who.identity === 'an');
});

test('messages reach all, or those they name', LIMITS, async () => {
  const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);
  await service.sendData(ROOM, bytes('một'), DataPacket_Kind.RELIABLE, { destinationIdentities: ['an'] });
  await service.sendData(ROOM, bytes('hai'), DataPacket_Kind.RELIABLE, { topic: 'chat' });
  const heard = async (/** @type {Guest} */ guest) => {
    const [payload, sender, , topic] = await guest.until(RoomEvent.DataReceived);
    return [new TextDecoder().decode(payload), sender, topic ?? ''];
  };
  assert.deepEqual(await heard(an), ['một', undefined, '']);
  assert.deepEqual(await heard(an), ['hai', undefined, 'chat']);
  assert.deepEqual(await heard(bình), ['hai', undefined, 'chat']);
});

test('tracks are muted, subscribed and taken away', LIMITS, async () => {
  const [track] = (await service.getParticipant(ROOM, 'an')).tracks;
  assert.ok(track);
  await service.updateSubscriptions(ROOM, 'bình', [track.sid], false);
  await service.updateSubscriptions(ROOM, 'bình', [track.sid], true);
  assert.equal((await service.mutePublishedTrack(ROOM, 'an', track.sid, true)).muted, true);
  await bình.until(RoomEvent.TrackMuted, (publication) => publication.sid === track.sid);
  await refused(service.mutePublishedTrack(ROOM, 'an', track.sid, false), 'failed_precondition');
  const permission = { canSubscribe: true, canPublish: false };
  const silenced = await service.updateParticipant(ROOM, 'an', { permission });
  assert.deepEqual([silenced.permission?.canPublish, silenced.tracks], [false, []]);
  await bình.until(RoomEvent.TrackUnpublished);
});

test('who is removed and who was in a deleted room is told why', LIMITS, async () => {
  await service.removeParticipant(ROOM, 'bình');
  assert.deepEqual(await bình.until(RoomEvent.Disconnected), [DisconnectReason.PARTICIPANT_REMOVED]);
  await service.deleteRoom(ROOM);
  assert.deepEqual(await an.until(RoomEvent.Disconnected), [DisconnectReason.ROOM_DELETED]);
});

test('webhooks tell the same story, in order, and no forgery is taken', LIMITS, async () => {
  await hooks.until('the end', (event) => event.event === 'room_finished' && event.room?.name === ROOM);
  const story = hooks.events.filter((event) => event.room?.name === ROOM);
  assert.deepEqual(
    story.map((event) => `${event.event} ${event.participant?.identity ?? ''}`.trim()),
    [
      'room_started',
      'participant_joined an',
      'track_published an',
      'participant_joined bình',
      'track_unpublished an',
      'participant_left bình',
      'participant_left an',
      'room_finished',
    ],
  );
  assert.deepEqual(
    story.filter((event) => event.event === 'participant_left').map((event) => event.participant?.disconnectReason),
    [DisconnectReason.PARTICIPANT_REMOVED, DisconnectReason.ROOM_DELETED],
  );
  assert.equal(new Set(hooks.events.map((event) => event.id)).size, hooks.events.length, 'each came once');
  assert.deepEqual(hooks.faults, []);

  const [first] = hooks.raw;
  assert.ok(first);
  await assert.rejects(hooks.receiver.receive(first.body.replace(ROOM, 'sdK'), first.signature), /sha256/);
  const stranger = new WebhookReceiver(KEY[0], 'another secret of thirty-two characters');
  await assert.rejects(stranger.receive(first.body, first.signature), /signature/);
});

test('what cannot be has its error', LIMITS, async () => {
  await refused(service.getParticipant(ROOM, 'nobody'), 'not_found');
  await refused(service.removeParticipant(ROOM, 'nobody'), 'not_found');
  await refused(service.deleteRoom(ROOM), 'not_found');
  await refused(service.createRoom({ name: '' }), 'invalid_argument');
  await refused(service.createRoom({ name: 'r', metadata: 'x'.repeat(20_000) }), 'invalid_argument');
  await refused(service.moveParticipant(ROOM, 'an', 'other'), 'unimplemented');
  await refused(service.forwardParticipant(ROOM, 'an', 'other'), 'unimplemented');
  const stranger = new RoomServiceClient(server.origin, KEY[0], 'another secret of thirty-two characters');
  await refused(stranger.listRooms(), 'unauthenticated');
  const token = new AccessToken(...KEY, { identity: 'an' });
  token.addGrant({ roomJoin: true, room: ROOM });
  const guest = new RoomServiceClient(server.origin, undefined, undefined, { token: await token.toJwt() });
  await refused(guest.listRooms(), 'permission_denied');
});

test("a meeting's room is left to its rules", LIMITS, async () => {
  await refused(service.createRoom({ name: MEETING }), 'failed_precondition');
  await refused(service.deleteRoom(MEETING), 'failed_precondition');
  await refused(service.updateRoomMetadata(MEETING, '{}'), 'failed_precondition');
  await refused(service.removeParticipant(MEETING, 'point:071'), 'permission_denied');
});
