// Hub, district and commune meet through their links, and the list says who was there.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Conference, lineOf } from './harness/conference.mjs';
import { assertBetween } from './harness/csv.mjs';
import { until } from './harness/wait.mjs';

const SEEN_MS = 10_000;

test('hub, district and commune see and hear one another, and the list says who was there', { timeout: 180_000 }, async () => {
  await Conference.hold('conference', async (conference) => {
    const hub = await conference.join(conference.hubInvite);
    const lamBinh = await conference.join(conference.lamBinhInvite);
    const commune = await conference.join(conference.communeInvite);
    const all = [hub, lamBinh, commune];

    // The hub follows whoever speaks, and all the made-up microphones beep: hold its stage still while measuring.
    await hub.tileOf(lamBinh).waitFor();
    await hub.pin(lamBinh);
    await Promise.all(all.map((point) => point.watches(all.filter((other) => other !== point), 10)));
    await hub.screenshot('conference-hub');
    await lamBinh.screenshot('conference-district');

    // A presentation appears at the others and goes again.
    await lamBinh.control('share').click();
    for (const point of [hub, commune]) {
      await point.page.locator(`[data-presenter="${lamBinh.identity}"]`).waitFor({ timeout: SEEN_MS });
      await until(
        `${point.invite.name} sees the presentation`,
        async () => ((await point.inboundOf(lamBinh, 'screen_share'))?.framesDecoded ?? 0) > 0,
        SEEN_MS,
        () => point.inbound(),
      );
    }
    await commune.screenshot('conference-presentation');
    await lamBinh.control('share').click();
    for (const point of [hub, commune]) {
      await point.page.locator('[data-presenter]').waitFor({ state: 'detached', timeout: SEEN_MS });
    }

    // A mute is seen by the others, and so is its end.
    await commune.control('microphone').click();
    for (const point of [hub, lamBinh]) {
      await point.tileOf(commune).locator('[data-sound="muted"]').waitFor({ timeout: SEEN_MS });
    }
    await commune.control('microphone').click();
    for (const point of [hub, lamBinh]) {
      await point.tileOf(commune).locator('[data-sound="muted"]').waitFor({ state: 'detached', timeout: SEEN_MS });
    }

    // While all are there, the list has nobody's end.
    const during = await conference.attendanceByButton(hub);
    for (const point of all) {
      const line = lineOf(during, point);
      assertBetween(`${point.invite.name} joined`, line.firstMs, point.joined.fromMs, point.joined.toMs);
    }

    // The points leave, then the hub.
    /** @type {Map<import('./harness/point.mjs').Point, { fromMs: number, toMs: number }>} */
    const left = new Map();
    for (const point of [commune, lamBinh, hub]) {
      const fromMs = Date.now();
      await point.leave();
      left.set(point, { fromMs, toMs: Date.now() });
      for (const other of all.filter((one) => !left.has(one))) {
        await other.tileOf(point).waitFor({ state: 'detached', timeout: SEEN_MS });
      }
    }

    const after = await until(
      'the list has the end of every stay',
      async () => {
        const list = await conference.attendanceByRequest();
        return all.every((point) => lineOf(list, point).lastMs !== null) ? list : null;
      },
      SEEN_MS,
    );
    for (const point of all) {
      const line = lineOf(after, point);
      const { fromMs, toMs } = left.get(point) ?? { fromMs: 0, toMs: 0 };
      assertBetween(`${point.invite.name} joined`, line.firstMs, point.joined.fromMs, point.joined.toMs);
      assertBetween(`${point.invite.name} left`, line.lastMs, fromMs, toMs);
    }
    const came = after.filter((line) => line.firstMs !== null).map((line) => line.name);
    assert.deepEqual(came.sort(), all.map((point) => point.invite.name).sort(), 'three points came, and no other');
  });
});
