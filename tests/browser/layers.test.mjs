// Simulcast: three layers keep arriving whatever is negotiated anew, and a subscriber changes between them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Conference } from './harness/conference.mjs';
import { until } from './harness/wait.mjs';

/** @typedef {import('./harness/point.mjs').Point} Point */

const RIDS = ['q', 'h', 'f'];
const RE_OFFERS = 20;
/** The sender's bandwidth estimate has to grow before the largest layer starts. */
const RAMP_MS = 30_000;
const SWITCH_MS = 3_000;
const FLOW_MS = 5_000;

// VideoQuality of the client's protocol.
const LOW = 0;
const MEDIUM = 1;
const HIGH = 2;

test('three layers survive re-offers and an ICE restart, and a subscriber changes between them', { timeout: 240_000 }, async () => {
  await Conference.hold('layers', async (conference) => {
    // A stage larger than the largest layer, so that its size never limits what is asked for.
    const large = { width: 1920, height: 1080 };
    const publisher = await conference.join(conference.hubInvite, { camera: 'full' });
    const subscriber = await conference.join(conference.lamBinhInvite, { viewport: large, camera: 'off' });
    await subscriber.receives(publisher);
    await layersFlow(publisher, RAMP_MS);
    const ssrcs = await layerSsrcs(publisher);

    for (let round = 1; round <= RE_OFFERS; round++) {
      await publisher.page.evaluate(() => /** @type {any} */ (window).__diemcau.room.engine.negotiate());
      await layersFlow(publisher, FLOW_MS);
      await pictureGoesOn(subscriber, publisher);
    }
    assert.deepEqual(await layerSsrcs(publisher), ssrcs, 'the layers are still the same streams');
    await everyLayerArrives(subscriber, publisher);

    await restartIce(publisher);
    await layersFlow(publisher, FLOW_MS);
    await pictureGoesOn(subscriber, publisher);
    await everyLayerArrives(subscriber, publisher);
    await subscriber.screenshot('layers-after-restart');
  });
});

/**
 * Every layer sends, from now on.
 *
 * @param {Point} publisher
 * @param {number} withinMs
 */
async function layersFlow(publisher, withinMs) {
  const before = await publisher.outbound();
  await until(
    'each of the three layers sends on',
    async () => {
      const now = await publisher.outbound();
      return RIDS.every((rid) => (now[rid]?.framesSent ?? 0) > (before[rid]?.framesSent ?? 0));
    },
    withinMs,
    () => publisher.outbound(),
  );
}

/** @param {Point} publisher */
async function layerSsrcs(publisher) {
  const layers = await publisher.outbound();
  return RIDS.map((rid) => layers[rid]?.ssrc);
}

/**
 * @param {Point} subscriber
 * @param {Point} publisher
 */
async function pictureGoesOn(subscriber, publisher) {
  const before = (await subscriber.inboundOf(publisher, 'camera'))?.framesDecoded ?? 0;
  await until(
    'the picture goes on',
    async () => ((await subscriber.inboundOf(publisher, 'camera'))?.framesDecoded ?? 0) > before + 5,
    FLOW_MS,
    () => subscriber.inbound(),
  );
}

/**
 * Low, medium, high, low: each asked for arrives within three seconds, without a lost packet.
 *
 * @param {Point} subscriber
 * @param {Point} publisher
 */
async function everyLayerArrives(subscriber, publisher) {
  const low = await changeTo(subscriber, publisher, LOW, 'q');
  const medium = await changeTo(subscriber, publisher, MEDIUM, 'h');
  const high = await changeTo(subscriber, publisher, HIGH, 'f');
  assert.ok(low < medium && medium < high, `widths ${low} < ${medium} < ${high}`);
  assert.equal(await changeTo(subscriber, publisher, LOW, 'q'), low);
  assert.equal(await changeTo(subscriber, publisher, HIGH, 'f'), high);
}

/**
 * @param {Point} subscriber
 * @param {Point} publisher
 * @param {number} quality
 * @param {string} rid
 * @returns {Promise<number>} the width that then arrives
 */
async function changeTo(subscriber, publisher, quality, rid) {
  const before = await subscriber.inboundOf(publisher, 'camera');
  assert.ok(before);
  await subscriber.page.evaluate(
    ({ identity, wanted }) => {
      const { room } = /** @type {any} */ (window).__diemcau;
      room.getParticipantByIdentity(identity).getTrackPublication('camera').setVideoQuality(wanted);
    },
    { identity: publisher.identity, wanted: quality },
  );
  const after = await until(
    `layer ${rid} arrives`,
    async () => {
      const sent = (await publisher.outbound())[rid]?.frameWidth;
      const now = await subscriber.inboundOf(publisher, 'camera');
      return now !== null && sent !== undefined && sent > 0 && now.frameWidth === sent ? now : null;
    },
    SWITCH_MS,
    async () => ({ sent: await publisher.outbound(), received: await subscriber.inboundOf(publisher, 'camera') }),
  );
  assert.equal(after.packetsLost, before.packetsLost, `changing to ${rid} lost packets`);
  assert.equal(after.nackCount, before.nackCount, `changing to ${rid} left gaps in the sequence`);
  return after.frameWidth;
}

/**
 * Renews the ICE credentials of the publisher's connection, and waits until the new ones carry it.
 *
 * @param {Point} publisher
 */
async function restartIce(publisher) {
  const before = await ufrags(publisher);
  await publisher.page.evaluate(() => /** @type {any} */ (window).__diemcau.room.engine.pcManager.triggerIceRestart());
  await until(
    'both sides have new ICE credentials, and the connection is up',
    async () => {
      const now = await ufrags(publisher);
      return now.connected && now.stable && now.local !== before.local && now.remote !== before.remote;
    },
    10_000,
    () => ufrags(publisher),
  );
}

/** @param {Point} publisher */
async function ufrags(publisher) {
  return publisher.page.evaluate(() => {
    const transport = /** @type {any} */ (window).__diemcau.room.engine.pcManager.publisher;
    const ufrag = (/** @type {RTCSessionDescription | null} */ description) =>
      /a=ice-ufrag:(\S+)/.exec(description?.sdp ?? '')?.[1] ?? null;
    return {
      local: ufrag(transport.getLocalDescription()),
      remote: ufrag(transport.getRemoteDescription()),
      stable: transport.getSignallingState() === 'stable',
      connected: transport.getConnectionState() === 'connected',
    };
  });
}
