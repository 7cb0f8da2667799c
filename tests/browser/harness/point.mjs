// One point of the conference: a browser page, what a person does with it, and what it receives.
import assert from 'node:assert/strict';
import path from 'node:path';

import { ARTEFACTS } from './artefacts.mjs';
import { blameServer, pausesOf, watchFrames, watchMachine } from './smoothness.mjs';
import { pause, until } from './wait.mjs';

/**
 * What the tests read of `RTCInboundRtpStreamStats`.
 *
 * @typedef {object} Inbound
 * @property {string} identity
 * @property {'camera' | 'microphone' | 'screen_share' | 'screen_share_audio'} source
 * @property {number} framesDecoded
 * @property {number} freezeCount
 * @property {number} frameWidth
 * @property {number} totalAudioEnergy
 * @property {number} packetsReceived
 * @property {number} packetsLost
 * @property {number} nackCount
 */

/**
 * What the tests read of `RTCOutboundRtpStreamStats`, by restriction identifier.
 *
 * @typedef {Record<string, { packetsSent: number, framesSent: number, ssrc: number, frameWidth: number }>} Outbound
 */

/**
 * A picture as it is on the page.
 *
 * @typedef {{ brightness: number, digest: string, width: number }} Look
 */

/**
 * How a page is opened. `prepare` is called before its first script runs.
 *
 * @typedef {object} Opening
 * @property {{ width: number, height: number }} [viewport]
 * @property {Camera} [camera]
 * @property {string} [origin] where the page is had, the server's unless another stands in its place
 * @property {(context: import('playwright-core').BrowserContext) => Promise<void>} [prepare]
 */

/**
 * What the made-up camera gives. `small` is 640×360: three points on one small machine encode as many layers each as it can
 * take. `full` is what the app asks for, and has all three layers.
 *
 * @typedef {'full' | 'small' | 'off'} Camera
 */

const CONNECT_MS = 30_000;
const MEDIA_MS = 20_000;

export class Point {
  /**
   * @param {import('playwright-core').Page} page
   * @param {string} identity
   * @param {import('./server.mjs').Invite} invite
   * @param {Camera} camera
   */
  constructor(page, identity, invite, camera) {
    this.page = page;
    this.identity = identity;
    this.invite = invite;
    this.camera = camera;
    /** Around the instant of joining, in ms since the epoch. */
    this.joined = { fromMs: 0, toMs: 0 };
  }

  /**
   * Opens the invitation's link, up to the preparation page.
   *
   * @param {import('playwright-core').Browser} browser
   * @param {string} origin
   * @param {import('./server.mjs').Invite} invite
   * @param {Opening} [opening]
   * @returns {Promise<Point>}
   */
  static async open(browser, origin, invite, { viewport = { width: 1024, height: 640 }, camera = 'small', prepare } = {}) {
    const context = await browser.newContext({ viewport, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' });
    if (camera === 'small') await context.addInitScript(smallCamera);
    if (camera === 'off') {
      await context.addInitScript(() => localStorage.setItem('diemcau.devices', JSON.stringify({ cameraOn: false })));
    }
    await prepare?.(context);
    const page = await context.newPage();
    await page.goto(`${origin}/j#${invite.code}`);
    return new Point(page, invite.role === 'host' ? 'hub' : `point:${invite.point}`, invite, camera);
  }

  /** Goes in, as a person does: looks at the picture, then clicks. */
  async enter() {
    await this.page.getByText(this.invite.name, { exact: true }).first().waitFor();
    if (this.camera !== 'off') await this.page.getByLabel('Hình từ camera của điểm cầu').waitFor();
    assert.ok(!this.page.url().includes(this.invite.code), 'the code has left the address');
    this.joined.fromMs = Date.now();
    await this.page.getByRole('button', { name: 'Vào hội nghị' }).click();
    await until(
      `${this.invite.name} is connected`,
      () => this.page.evaluate(() => /** @type {any} */ (window).__diemcau?.room.state === 'connected'),
      CONNECT_MS,
      () => this.page.evaluate(() => document.body.innerText.slice(0, 400)),
    );
    this.joined.toMs = Date.now();
  }

  /** @param {string} name `microphone`, `camera`, `share`, `hand`, `layout`, `panel`, `more`, `leave` */
  control(name) {
    return this.page.locator(`[data-control="${name}"]`);
  }

  /**
   * Somebody's tile, or stage, on this page.
   *
   * @param {Point} other
   */
  tileOf(other) {
    return this.page.locator(`article[data-identity="${other.identity}"]`);
  }

  /**
   * Puts somebody on the stage of this page, for good.
   *
   * @param {Point} other
   */
  async pin(other) {
    await this.tileOf(other).hover();
    await this.tileOf(other).getByRole('button').click();
    await this.page
      .locator(`[data-stage] article[data-identity="${other.identity}"]`)
      .getByRole('button', { name: 'Bỏ ghim' })
      .waitFor();
  }

  async leave() {
    await this.control('leave').click();
    await this.control('confirm-leave').click();
    await this.page.getByRole('heading', { name: 'Đã rời hội nghị' }).waitFor();
  }

  /** @param {string} name */
  async screenshot(name) {
    await this.page.screenshot({ path: path.join(ARTEFACTS, `${name}.png`) });
  }

  async close() {
    await this.page.context().close();
  }

  /** @returns {Promise<Inbound[]>} one for each track that this page receives */
  async inbound() {
    return this.page.evaluate(async () => {
      const { room } = /** @type {any} */ (window).__diemcau;
      /** @type {RTCStatsReport | undefined} */
      const report = await room.engine?.pcManager?.publisher.getStats();
      /** @type {any[]} */
      const stats = report ? [...report.values()] : [];
      const found = [];
      for (const participant of room.remoteParticipants.values()) {
        for (const publication of participant.trackPublications.values()) {
          const id = publication.track?.mediaStreamTrack.id;
          const entry = stats.find((stat) => stat.type === 'inbound-rtp' && stat.trackIdentifier === id);
          if (!entry) continue;
          found.push({
            identity: participant.identity,
            source: publication.source,
            framesDecoded: entry.framesDecoded ?? 0,
            freezeCount: entry.freezeCount ?? 0,
            frameWidth: entry.frameWidth ?? 0,
            totalAudioEnergy: entry.totalAudioEnergy ?? 0,
            packetsReceived: entry.packetsReceived ?? 0,
            packetsLost: entry.packetsLost ?? 0,
            nackCount: entry.nackCount ?? 0,
          });
        }
      }
      return found;
    });
  }

  /**
   * @param {Point} other
   * @param {Inbound['source']} source
   * @returns {Promise<Inbound | null>}
   */
  async inboundOf(other, source) {
    const all = await this.inbound();
    return all.find((entry) => entry.identity === other.identity && entry.source === source) ?? null;
  }

  /** @returns {Promise<Outbound>} the camera's layers that this page sends */
  async outbound() {
    return this.page.evaluate(async () => {
      const { room } = /** @type {any} */ (window).__diemcau;
      const sender = room.localParticipant.getTrackPublication('camera')?.track?.sender;
      /** @type {Outbound} */
      const layers = {};
      if (!sender) return layers;
      for (const stat of (await sender.getStats()).values()) {
        if (stat.type !== 'outbound-rtp' || stat.rid === undefined) continue;
        layers[stat.rid] = {
          packetsSent: stat.packetsSent,
          framesSent: stat.framesSent ?? 0,
          ssrc: stat.ssrc,
          frameWidth: stat.frameWidth ?? 0,
        };
      }
      return layers;
    });
  }

  /**
   * Waits for somebody's picture and sound to come in at all.
   *
   * @param {Point} other
   */
  async receives(other) {
    const name = `${this.invite.name} receives ${other.invite.name}`;
    const last = () => this.inbound();
    await until(`${name}: picture`, async () => ((await this.inboundOf(other, 'camera'))?.framesDecoded ?? 0) > 0, MEDIA_MS, last);
    await until(`${name}: picture on the page`, () => this.look(videoOf(other)), MEDIA_MS, last);
    await until(`${name}: sound`, async () => ((await this.inboundOf(other, 'microphone'))?.totalAudioEnergy ?? 0) > 0, MEDIA_MS, last);
  }

  /**
   * Holds for each of `others`: over `seconds`, the picture goes on, is not black and moves; it does not freeze for want of
   * frames that were sent; and there is sound.
   *
   * @param {Point[]} others
   * @param {number} seconds
   */
  async watches(others, seconds) {
    for (const other of others) await this.receives(other);
    const first = new Map(await Promise.all(others.map(async (other) => /** @type {const} */ ([other, await this.#state(other)]))));
    let before = first;
    for (const other of others) await watchFrames(this.page, videoOf(other));
    const machine = watchMachine();
    /** @type {Map<Point, Set<string>>} */
    const looks = new Map(others.map((other) => [other, new Set()]));
    for (let second = 1; second <= seconds; second++) {
      // This is the measurement's own second, not a wait for something to happen.
      await pause(1_000);
      const now = new Map(await Promise.all(others.map(async (other) => /** @type {const} */ ([other, await this.#state(other)]))));
      for (const other of others) {
        const name = `${other.invite.name} at ${this.invite.name}, second ${second}`;
        const [was, is] = [before.get(other), now.get(other)];
        assert.ok(was && is);
        assert.ok(is.camera.framesDecoded > was.camera.framesDecoded, `${name}: ${was.camera.framesDecoded} frames, then ${is.camera.framesDecoded}`);
        assert.ok(is.look.brightness > 8, `${name}: the picture is black (${is.look.brightness} of 255)`);
        looks.get(other)?.add(is.look.digest);
      }
      before = now;
    }
    const waitMs = machine();
    for (const other of others) {
      const name = `${other.invite.name} at ${this.invite.name}`;
      const [was, is] = [first.get(other), before.get(other)];
      assert.ok(was && is);
      const pauses = await pausesOf(this.page, videoOf(other));
      if (is.camera.freezeCount !== was.camera.freezeCount) {
        const blame = blameServer(was.camera, is.camera, pauses, waitMs);
        const seen = JSON.stringify({ pauses, waitMs });
        assert.equal(blame, null, `${name}: the picture froze: ${blame}; ${seen}`);
        console.log(`${name}: froze, as this machine was too busy: ${seen}`);
      }
      assert.ok(is.microphone.totalAudioEnergy > was.microphone.totalAudioEnergy, `${name}: no sound`);
      assert.ok((looks.get(other)?.size ?? 0) > seconds / 2, `${name}: the picture hardly moved`);
    }
  }

  /** @param {Point} other */
  async #state(other) {
    const [camera, microphone] = await Promise.all([this.inboundOf(other, 'camera'), this.inboundOf(other, 'microphone')]);
    const look = await this.look(videoOf(other));
    assert.ok(camera && microphone && look, `${other.invite.name} is gone from ${this.invite.name}`);
    return { camera, microphone, look };
  }

  /**
   * Draws what a video element shows onto a canvas, and looks at it.
   *
   * @param {string} selector
   * @returns {Promise<Look | null>}
   */
  async look(selector) {
    return this.page.evaluate((chosen) => {
      const video = document.querySelector(chosen);
      if (!(video instanceof HTMLVideoElement) || video.videoWidth === 0) return null;
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [64, 36];
      const context = canvas.getContext('2d', { willReadFrequently: true });
      if (!context) return null;
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
      let sum = 0;
      let digest = 0;
      for (let i = 0; i < pixels.length; i += 4) {
        const [red = 0, green = 0, blue = 0] = pixels.subarray(i, i + 3);
        sum += Math.max(red, green, blue);
        digest = (Math.imul(digest, 31) + (red << 16) + (green << 8) + blue) | 0;
      }
      return { brightness: sum / (pixels.length / 4), digest: String(digest), width: video.videoWidth };
    }, selector);
  }
}

/** @param {Point} other */
const videoOf = (other) => `article[data-identity="${other.identity}"] video`;

/** Runs in the page: whatever picture is asked for, the camera has but a small one. */
function smallCamera() {
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (constraints) => {
    const { video } = constraints ?? {};
    if (!video) return open(constraints);
    const size = { width: { ideal: 640 }, height: { ideal: 360 } };
    return open({ ...constraints, video: { ...(video === true ? {} : video), ...size } });
  };
}
