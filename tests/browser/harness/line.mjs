// How a line is at a point, as its page sees it.
import { pause, until } from './wait.mjs';

/** @typedef {import('./point.mjs').Point} Point */

/**
 * The picture on the page is that layer.
 *
 * @param {Point} point
 * @param {Point} hub
 * @param {string} rid
 * @param {number} withinMs
 */
export async function shows(point, hub, rid, withinMs) {
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
export async function measure(point, hub, seconds) {
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
    keyFrames: after.keyFrames - before.keyFrames,
    width: after.width,
    soundLost: after.soundLost - before.soundLost,
    reconnects: await point.page.evaluate(() => /** @type {any} */ (window).__reconnects),
  };
}

/**
 * @param {Point} point
 * @param {Point} hub
 * @returns {Promise<{ concealed: number, samples: number, frozen: number, frames: number, keyFrames: number, width: number, soundLost: number }>}
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
      keyFrames: picture.keyFramesDecoded,
      width: picture.frameWidth,
      soundLost: sound.packetsLost,
    };
  }, hub.identity);
}

/**
 * @param {Point} point
 * @param {Point} hub
 * @returns {Promise<string>}
 */
export async function streamState(point, hub) {
  return point.page.evaluate((identity) => {
    const { room } = /** @type {any} */ (window).__diemcau;
    return room.getParticipantByIdentity(identity).getTrackPublication('camera').track.streamState;
  }, hub.identity);
}
