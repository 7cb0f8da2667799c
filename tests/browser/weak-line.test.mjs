// A point behind a weak line: its sound stays whole, its picture is as good as the line allows, and comes back.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Conference } from './harness/conference.mjs';
import { RELAY, Relay } from './harness/relay.mjs';
import { pause, until } from './harness/wait.mjs';

/** @typedef {import('./harness/point.mjs').Point} Point */

/** The sender's own estimate has to grow before its largest layer starts. */
const RAMP_MS = 30_000;

test('on 300 kbit/s the sound is whole and a small picture stays, on 64 kbit/s there is sound alone, and all comes back', { timeout: 300_000 }, async () => {
  await Conference.hold(
    'weak-line',
    async (conference) => {
      const relay = await Relay.start(conference.server.mediaPort);
      try {
        const hub = await conference.join(conference.hubInvite, { camera: 'full' });
        const others = relay.paths;
        const point = await conference.join(conference.lamBinhInvite, { viewport: { width: 1920, height: 1080 }, camera: 'off' });
        await point.receives(hub);
        await shows(point, hub, 'f', RAMP_MS);
        /** @param {import('./harness/relay.mjs').Conditions} conditions */
        const line = (conditions) => {
          for (const path of relay.paths) if (!others.includes(path)) path.conditions = conditions;
        };

        line({ rateBps: 300_000, delayMs: 20 });
        await shows(point, hub, 'q', 5_000);
        const weak = await measure(point, hub, 20);
        console.log('300 kbit/s', JSON.stringify(weak));
        // On a machine that is busy otherwise a little is made up without any weak line.
        assert.ok(weak.concealed < 0.03, `sound made up: ${weak.concealed}`);
        assert.ok(weak.frozen < 0.05, `frozen: ${weak.frozen}`);
        assert.ok(weak.frames > 100, `${weak.frames} pictures`);

        line({});
        await shows(point, hub, 'f', 10_000);

        line({ rateBps: 64_000, delayMs: 20 });
        await until('the client is told that the picture rests', async () => (await streamState(point, hub)) === 'paused', 8_000);
        // The first pictures too many are still in the queue.
        await pause(5_000);
        const soundOnly = await measure(point, hub, 20);
        console.log('64 kbit/s', JSON.stringify(soundOnly));
        assert.ok(soundOnly.concealed < 0.05, `sound made up: ${soundOnly.concealed}`);
        assert.equal(soundOnly.reconnects, 0);

        line({});
        // The size of the last picture before the rest may be that of the largest layer: told to be back comes first.
        await until('the client is told that the picture is back', async () => (await streamState(point, hub)) === 'active', 12_000);
        await shows(point, hub, 'f', 12_000);
        await point.screenshot('weak-line');
      } finally {
        relay.stop();
      }
    },
    { config: `[media]\nadvertise = ["${RELAY}"]\n` },
  );
});

/**
 * The picture on the page is that layer.
 *
 * @param {Point} point
 * @param {Point} hub
 * @param {string} rid
 * @param {number} withinMs
 */
async function shows(point, hub, rid, withinMs) {
  const start = performance.now();
  // The width is that of the last picture, which may be an old one.
  const before = (await point.inboundOf(hub, 'camera'))?.framesDecoded ?? 0;
  await until(
    `the picture is the layer ${rid}`,
    async () => {
      const sent = (await hub.outbound())[rid]?.frameWidth;
      const got = await point.inboundOf(hub, 'camera');
      return sent !== undefined && sent > 0 && got !== null && sent === got.frameWidth && got.framesDecoded > before + 5;
    },
    withinMs,
    async () => ({ sent: await hub.outbound(), got: await point.inboundOf(hub, 'camera') }),
  );
  console.log(`layer ${rid} after ${Math.round(performance.now() - start)} ms`);
}

/**
 * What a point hears and sees over so many seconds: the share of sound that was made up, the share of time in which the
 * picture was frozen, pictures, and how often it lost its connection.
 *
 * @param {Point} point
 * @param {Point} hub
 * @param {number} seconds
 */
async function measure(point, hub, seconds) {
  await point.page.evaluate(() => {
    const { room } = /** @type {any} */ (window).__diemcau;
    /** @type {any} */ (window).__reconnects = 0;
    for (const event of ['reconnecting', 'signalReconnecting']) {
      room.on(event, () => {
        /** @type {any} */ (window).__reconnects += 1;
      });
    }
  });
  const before = await quality(point, hub);
  // The measurement's own time, not a wait for something to happen.
  await pause(seconds * 1_000);
  const after = await quality(point, hub);
  return {
    concealed: (after.concealed - before.concealed) / (after.samples - before.samples),
    frozen: (after.frozen - before.frozen) / seconds,
    frames: after.frames - before.frames,
    reconnects: await point.page.evaluate(() => /** @type {any} */ (window).__reconnects),
  };
}

/**
 * @param {Point} point
 * @param {Point} hub
 * @returns {Promise<{ concealed: number, samples: number, frozen: number, frames: number }>}
 */
async function quality(point, hub) {
  return point.page.evaluate(async (identity) => {
    const { room } = /** @type {any} */ (window).__diemcau;
    const participant = room.getParticipantByIdentity(identity);
    /** @param {string} source */
    const stats = async (source) => {
      const report = await participant.getTrackPublication(source).track.receiver.getStats();
      return [...report.values()].find((/** @type {any} */ stat) => stat.type === 'inbound-rtp');
    };
    const [sound, picture] = [await stats('microphone'), await stats('camera')];
    return {
      // What is made up for silence that was never sent is no loss.
      concealed: sound.concealedSamples - sound.silentConcealedSamples,
      samples: sound.totalSamplesReceived,
      frozen: picture.totalFreezesDuration,
      frames: picture.framesDecoded,
    };
  }, hub.identity);
}

/**
 * @param {Point} point
 * @param {Point} hub
 * @returns {Promise<string>}
 */
async function streamState(point, hub) {
  return point.page.evaluate((identity) => {
    const { room } = /** @type {any} */ (window).__diemcau;
    return room.getParticipantByIdentity(identity).getTrackPublication('camera').track.streamState;
  }, hub.identity);
}
