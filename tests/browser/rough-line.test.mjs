// A point behind a line that loses, shakes, changes its address and breaks: it hears and sees, and is back at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Conference, lineOf } from './harness/conference.mjs';
import { assertBetween } from './harness/csv.mjs';
import { measure } from './harness/line.mjs';
import { Line, RELAY, Relay, TcpRelay } from './harness/relay.mjs';
import { pause, until } from './harness/wait.mjs';

/** @typedef {import('./harness/point.mjs').Point} Point */

const SETUP = { config: `[media]\nadvertise = ["${RELAY}"]\n` };
const MEASURED_S = 30;
const BLACKOUT_MS = 30_000;

test('a modelled line loses what it should, in runs where it should, and the same each time', () => {
  for (const [loss, run] of /** @type {const} */ ([[0.1, 1], [0.1, 4], [0, 1]])) {
    const fates = [new Line(7), new Line(7)].map((line) => {
      line.conditions = { loss, run };
      return Array.from({ length: 20_000 }, (_, at) => line.carry(100, at) === null);
    });
    assert.deepEqual(fates[0], fates[1]);
    const lost = fates[0]?.filter(Boolean).length ?? 0;
    const runs = fates[0]?.filter((is, at, all) => is && !all[at - 1]).length ?? 0;
    assert.ok(Math.abs(lost / 20_000 - loss) < 0.015, `${lost} lost`);
    if (run > 1) assert.ok(Math.abs(lost / runs - run) < 0.6, `${lost} lost in ${runs} runs`);
  }
  const slow = new Line(1);
  slow.conditions = { rateBps: 80_000, queueMs: 50, delayMs: 20 };
  assert.deepEqual([0, 0, 0, 0, 0].map((at) => slow.carry(172, at)), [40, 60, 80, null, null]);
  slow.conditions = { dark: true };
  assert.equal(slow.carry(1, 1_000), null);
});

test('a tenth lost and fifty milliseconds of jitter both ways are hardly heard or seen', { timeout: 240_000 }, async () => {
  await Conference.hold('rough-line', async (conference) => {
    const relay = await Relay.start(conference.server.mediaPort);
    try {
      const hub = await conference.join(conference.hubInvite, { camera: 'full' });
      const others = relay.paths;
      const point = await conference.join(conference.lamBinhInvite);
      await Promise.all([point.receives(hub), hub.receives(point)]);
      for (const path of without(relay, others)) path.conditions = { loss: 0.1, delayMs: 20, jitterMs: 50 };
      // What is measured is the line as it is, not how it became so.
      await pause(5_000);
      const [down, up] = await Promise.all([measure(point, hub, MEASURED_S), measure(hub, point, MEASURED_S)]);
      console.log('10 % lost, down', JSON.stringify(down));
      console.log('10 % lost, up', JSON.stringify(up));
      assert.ok(down.soundLost > 50, 'the line is as bad as it should be; what is lost on the way up is made good before it gets here');
      for (const [way, seen] of /** @type {const} */ ([['down', down], ['up', up]])) {
        assert.ok(seen.concealed < 0.05, `${way}: sound made up: ${seen.concealed}`);
        // One machine encodes, relays and shows at once: its own pauses count here too.
        assert.ok(seen.frozen < 0.25, `${way}: frozen: ${seen.frozen}`);
        assert.equal(seen.reconnects, 0, way);
      }
    } finally {
      relay.stop();
    }
  }, SETUP);
});

test('a client whose address changes is heard and hears again', { timeout: 120_000 }, async () => {
  await Conference.hold('rebinding', async (conference) => {
    const relay = await Relay.start(conference.server.mediaPort);
    try {
      const hub = await conference.join(conference.hubInvite);
      const others = relay.paths;
      const point = await conference.join(conference.lamBinhInvite);
      await Promise.all([point.receives(hub), hub.receives(point)]);
      for (const path of without(relay, others)) path.rebind();
      const [down, up] = await Promise.all([soundAgain(point, hub), soundAgain(hub, point)]);
      console.log(`sound after a change of address: down ${Math.round(down)} ms, up ${Math.round(up)} ms`);
      // The client checks its address every second or so; the rest is this machine's.
      assert.ok(down <= 2_500 && up <= 2_500, `down ${down} ms, up ${up} ms`);
    } finally {
      relay.stop();
    }
  }, SETUP);
});

test('a line that is dark for half a minute comes back by itself, and the list has one stay with one gap', { timeout: 240_000 }, async () => {
  await Conference.hold('blackout', async (conference) => {
    const [relay, signal] = [await Relay.start(conference.server.mediaPort), await TcpRelay.start(conference.server.origin)];
    try {
      const hub = await conference.join(conference.hubInvite);
      const others = relay.paths;
      const point = await conference.join(conference.lamBinhInvite, { origin: signal.origin });
      await Promise.all([point.receives(hub), hub.receives(point)]);
      const darkMs = Date.now();
      signal.darken();
      for (const path of without(relay, others)) path.conditions = { dark: true };
      // The blackout's own length.
      await pause(BLACKOUT_MS);
      const lightMs = Date.now();
      signal.lighten();
      for (const path of relay.paths) path.conditions = {};
      await until(
        'the point is back',
        () => point.page.evaluate(() => /** @type {any} */ (window).__diemcau?.room.state === 'connected'),
        30_000,
      );
      await Promise.all([point.receives(hub), hub.receives(point)]);
      console.log(`back ${Date.now() - lightMs} ms after the blackout`);
      await until('what is heard is of the new line', () => point.page.evaluate(() => [...document.querySelectorAll('audio')].some(
        (audio) => !audio.paused && audio.srcObject instanceof MediaStream && audio.srcObject.getAudioTracks().some((track) => track.readyState === 'live'),
      )), 20_000);
      const line = lineOf(await conference.attendanceByRequest(), point);
      assertBetween('joined', line.firstMs, point.joined.fromMs, point.joined.toMs);
      assert.ok((line.firstMs ?? Infinity) < darkMs);
      assert.equal(line.lastMs, null, 'it is here');
      assert.equal(line.gaps, 1, 'one gap');
    } finally {
      relay.stop();
      signal.stop();
    }
  }, SETUP);
});

test('where UDP is blocked, a point is in by TCP within five seconds, is heard and hears', { timeout: 120_000 }, async () => {
  await Conference.hold('no-udp', async (conference) => {
    const relay = await Relay.start(conference.server.mediaPort);
    relay.initially = { dark: true };
    const tcp = await TcpRelay.inPlaceOf(RELAY, conference.server.mediaPort);
    try {
      const hub = await conference.join(conference.hubInvite);
      const point = await conference.join(conference.lamBinhInvite);
      const tookMs = point.joined.toMs - point.joined.fromMs;
      console.log(`connected by TCP after ${tookMs} ms`);
      assert.ok(tookMs <= 5_000, `${tookMs} ms`);
      await Promise.all([point.receives(hub), hub.receives(point)]);
      assert.ok(relay.paths.length > 0, 'UDP was tried');
      const seen = await measure(point, hub, 10);
      console.log('by TCP', JSON.stringify(seen));
      assert.ok(seen.concealed < 0.05 && seen.frozen < 0.1, JSON.stringify(seen));
      assert.equal(seen.reconnects, 0);
    } finally {
      relay.stop();
      tcp.stop();
    }
  }, SETUP);
});

/**
 * The paths that have come since: a page opens several.
 *
 * @param {Relay} relay
 * @param {Relay['paths']} others
 */
const without = (relay, others) => relay.paths.filter((path) => !others.includes(path));

/**
 * How long until more of somebody's sound comes, in ms.
 *
 * @param {Point} point
 * @param {Point} other
 */
async function soundAgain(point, other) {
  const start = performance.now();
  return point.page.evaluate(
    async ([identity, offset]) => {
      const begun = performance.now();
      const { room } = /** @type {any} */ (window).__diemcau;
      const receiver = room.getParticipantByIdentity(identity).getTrackPublication('microphone').track.receiver;
      const received = async () => {
        const report = await receiver.getStats();
        return [...report.values()].find((/** @type {any} */ stat) => stat.type === 'inbound-rtp').packetsReceived;
      };
      // What was still on its way does not count: a few packets more than that do.
      let last = await received();
      let seen = 0;
      while (seen < 5 && performance.now() - begun < 20_000) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        const now = await received();
        if (now > last) seen += now - last;
        last = now;
      }
      return performance.now() - begun + Number(offset);
    },
    [other.identity, performance.now() - start],
  );
}
