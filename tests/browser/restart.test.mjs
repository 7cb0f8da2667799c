// The server is killed in the middle of a conference: the pages come back by themselves, and the list is whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Conference, lineOf } from './harness/conference.mjs';
import { assertBetween } from './harness/csv.mjs';
import { until } from './harness/wait.mjs';

const NOTICED_MS = 20_000;
const BACK_MS = 60_000;

test('a killed server comes back, and so do the pages by themselves', { timeout: 240_000 }, async () => {
  await Conference.hold('restart', async (conference) => {
    const hub = await conference.join(conference.hubInvite);
    const lamBinh = await conference.join(conference.lamBinhInvite);
    const commune = await conference.join(conference.communeInvite);
    const all = [hub, lamBinh, commune];
    await Promise.all(all.flatMap((point) => all.filter((other) => other !== point).map((other) => point.receives(other))));
    // The hub follows whoever speaks, and all the made-up microphones beep: hold its stage still. The page remembers it.
    await hub.pin(lamBinh);
    const before = await conference.attendanceByRequest();

    const killedMs = Date.now();
    await conference.server.kill();
    for (const point of all) {
      await point.page.locator('[data-line="resuming"], [data-line="waiting"], [data-line="rejoining"]').waitFor({ timeout: NOTICED_MS });
    }
    await lamBinh.screenshot('restart-line-lost');
    await conference.server.restart();

    // Nobody touches a page.
    for (const point of all) {
      await until(
        `${point.invite.name} is back`,
        () => point.page.evaluate(() => /** @type {any} */ (window).__diemcau?.room.state === 'connected'),
        BACK_MS,
        () => point.page.evaluate(() => document.body.innerText.slice(0, 400)),
      );
    }
    await Promise.all(all.map((point) => point.watches(all.filter((other) => other !== point), 3)));
    await lamBinh.screenshot('restart-line-back');

    const after = await conference.attendanceByRequest();
    for (const point of all) {
      const line = lineOf(after, point);
      assert.equal(line.firstMs, lineOf(before, point).firstMs, `${point.invite.name}: the first join is still the first`);
      assertBetween(`${point.invite.name} joined`, line.firstMs, point.joined.fromMs, point.joined.toMs);
      assert.ok((line.firstMs ?? Infinity) < killedMs);
      assert.equal(line.gaps, 1, `${point.invite.name}: the interruption is in the list, once`);
    }
  });
});
