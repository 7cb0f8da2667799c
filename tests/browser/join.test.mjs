// From the invitation to the hall: the devices, the line against the very server, the wait at the door, in by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertAccessible } from './harness/accessibility.mjs';
import { Conference } from './harness/conference.mjs';
import { screens } from './harness/screens.mjs';
import { until } from './harness/wait.mjs';

const SEEN_MS = 20_000;
const CHECKED_MS = 60_000;
const CONNECTED_MS = 60_000;

/** @param {import('./harness/point.mjs').Point} point */
const isConnected = (point) => point.page.evaluate(() => /** @type {any} */ (window).__diemcau?.room.state === 'connected');

test('a point checks its line, waits at the door, and goes in by itself when the line check begins', { timeout: 240_000 }, async () => {
  await Conference.hold(
    'join',
    async (conference) => {
      const lamBinh = await conference.open(conference.lamBinhInvite);
      const { page } = lamBinh;
      await page.getByLabel('Hình từ camera của điểm cầu').waitFor();
      await page.getByRole('button', { name: 'Nghe thử loa' }).click();
      await page.getByRole('button', { name: 'Thử đường truyền' }).click();
      const card = page.locator('[data-check]');
      await until('the line check has come to an end', async () => (await card.getAttribute('data-check')) === 'done', CHECKED_MS, () => card.innerText());
      await page.getByText('Điểm cầu trung tâm đã nhận kết quả.').waitFor({ timeout: SEEN_MS });
      await assertAccessible(page, 'the preparation with the result of a line check');
      await screens(page, 'join-checked');

      // What was measured is on the hub's board.
      const { lines } = await conference.state();
      const { check } = lines.find((/** @type {any} */ line) => line.place === lamBinh.identity);
      assert.deepEqual([check.picture, check.sound], [true, true], JSON.stringify(check));
      assert.ok(check.measured.upKbps > 100 && check.measured.downKbps > 100, JSON.stringify(check));
      assert.ok(check.measured.roundTripMs < 1_000, JSON.stringify(check));

      await page.getByRole('button', { name: 'Vào hội nghị' }).click();
      await page.locator('[data-door="early"]').waitFor({ timeout: SEEN_MS });
      await page.getByRole('heading', { name: 'Hội nghị chưa bắt đầu' }).waitFor();
      await assertAccessible(page, 'the wait at the door');
      await screens(page, 'join-waiting');

      await conference.command({ do: 'begin-line-check' });
      await until('it went in by itself', () => isConnected(lamBinh), CONNECTED_MS, () => page.locator('body').innerText());

      // Who is locked out waits, and so does who was removed; both go in by themselves.
      await conference.command({ do: 'lock' });
      const commune = await conference.open(conference.communeInvite);
      await commune.page.getByLabel('Hình từ camera của điểm cầu').waitFor();
      await commune.page.getByRole('button', { name: 'Vào hội nghị' }).click();
      await commune.page.locator('[data-door="locked"]').waitFor({ timeout: SEEN_MS });
      await conference.command({ do: 'unlock' });
      await until('it went in once it was unlocked', () => isConnected(commune), CONNECTED_MS);

      await conference.command({ do: 'remove', place: commune.identity });
      await commune.page.getByRole('heading', { name: 'Điểm cầu đã được mời ra khỏi hội nghị' }).waitFor({ timeout: SEEN_MS });
      await commune.page.getByRole('button', { name: 'Vào lại hội nghị' }).click();
      await commune.page.getByRole('button', { name: 'Vào hội nghị' }).click();
      await commune.page.locator('[data-door="removed"]').waitFor({ timeout: SEEN_MS });
      await conference.command({ do: 'readmit', place: commune.identity });
      await until('it went in once it was readmitted', () => isConnected(commune), CONNECTED_MS);
    },
    undefined,
    'published',
  );
});
