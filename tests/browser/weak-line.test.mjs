// A point behind a weak line: its sound stays whole, its picture is as good as the line allows, and comes back.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Conference } from './harness/conference.mjs';
import { measure, shows, streamState } from './harness/line.mjs';
import { RELAY, Relay } from './harness/relay.mjs';
import { pause, until } from './harness/wait.mjs';

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
        await point.page.locator('[data-mark="rests"]').waitFor({ timeout: 5_000 });
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
        assert.equal(await point.page.locator('[data-mark="rests"]').count(), 0);
        await point.screenshot('weak-line');
      } finally {
        relay.stop();
      }
    },
    { config: `[media]\nadvertise = ["${RELAY}"]\n` },
  );
});
