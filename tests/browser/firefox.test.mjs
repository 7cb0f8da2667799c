// A point that uses Firefox goes through the main journey with a hub that uses Chromium.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import { ARTEFACTS } from './harness/artefacts.mjs';
import { Conference } from './harness/conference.mjs';
import { findFirefox, launchFirefox, outerAddress } from './harness/firefox.mjs';
import { until } from './harness/wait.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

const SEEN_MS = 30_000;
const CHECKED_MS = 60_000;

/**
 * Presses what is called so, once it is there.
 *
 * @param {Page} page @param {string} name @param {string} [within] a selector
 */
const press = (page, name, within = '') =>
  page.locator(`${within} ::-p-aria([name="${name}"][role="button"])`.trim()).setTimeout(SEEN_MS).click();

/** @param {Page} page @param {string} selector */
const seen = (page, selector) => page.waitForSelector(selector, { timeout: SEEN_MS, visible: true });

/** @param {Page} page @param {string} words */
const reads = (page, words) =>
  until(`“${words}”`, () => page.evaluate((wanted) => document.body.innerText.includes(wanted), words), SEEN_MS, () =>
    page.evaluate(() => document.body.innerText.slice(0, 800)),
  );

test('a point with Firefox checks its line, goes in, is seen and heard, speaks, votes, writes and leaves', {
  timeout: 300_000,
  skip:
    (findFirefox() === null && 'no Firefox found (set FIREFOX to its path, or install the package firefox-esr)') ||
    (outerAddress() === null && 'this machine has no address but its own loopback, to which Firefox makes no connection'),
}, async () => {
  await Conference.hold('firefox', async (conference) => {
    await conference.plan((plan) => {
      plan.rules = { ...plan.rules, microphones: 'floor' };
    });
    const hub = await conference.join(conference.hubInvite, { viewport: { width: 1366, height: 768 } });
    const browser = await launchFirefox();
    try {
      const page = await browser.newPage();
      await page.setViewport({ width: 1366, height: 768 });
      try {
        await page.goto(`${conference.server.origin}/j#${conference.lamBinhInvite.code}`);
        await reads(page, conference.lamBinhInvite.name);
        await press(page, 'Thử đường truyền');
        await until('the line is measured', async () => (await page.$('[data-check="done"]')) !== null, CHECKED_MS, () =>
          page.evaluate(() => document.body.innerText.slice(0, 1_200)),
        );
        await press(page, 'Vào hội nghị');
        await until('Firefox is connected', () => page.evaluate(() => /** @type {any} */ (window).__diemcau?.room.state === 'connected'), SEEN_MS, () =>
          page.evaluate(() => document.body.innerText.slice(0, 400)),
        );

        // Seen at the hub, and sees the hub.
        const tile = hub.page.locator(`article[data-identity="point:${conference.lamBinhInvite.point}"] video`);
        await until('the hub sees it', () => tile.evaluate((video) => /** @type {HTMLVideoElement} */ (video).videoWidth > 0), SEEN_MS);
        await until('it sees the hub', () => page.$eval('[data-stage] video', (video) => /** @type {HTMLVideoElement} */ (video).videoWidth > 0).catch(() => false), SEEN_MS);

        await conference.command({ do: 'open' });
        await page.locator('[data-control="hand"]').setTimeout(SEEN_MS).click();
        await seen(page, 'dialog');
        await press(page, 'Đăng ký', 'dialog');
        await reads(page, 'Đang chờ, thứ 1');
        const { floor } = await conference.state();
        await conference.command({ do: 'grant-floor', request: floor.queue[0].request, seconds: 60 });
        await seen(page, '[data-banner="turn"]');
        await press(page, 'Bật micrô', '[data-banner="turn"]');
        await until('the hub hears it', async () => {
          const all = await hub.inbound();
          return all.some(({ identity, source, totalAudioEnergy }) => identity === `point:${conference.lamBinhInvite.point}` && source === 'microphone' && totalAudioEnergy > 0);
        }, SEEN_MS, () => hub.inbound());
        await page.screenshot({ path: path.join(ARTEFACTS, 'firefox-turn.png') });
        await press(page, 'Đã phát biểu xong', '[data-banner="turn"]');
        await page.waitForSelector('[data-banner="turn"]', { hidden: true, timeout: SEEN_MS });

        await conference.command({ do: 'open-vote', question: 'Thông qua Đề án', options: ['Tán thành', 'Không tán thành'], by: 'points' });
        await press(page, 'Biểu quyết', '[data-banner="vote"]');
        await press(page, 'Tán thành', '[data-testid="panel"]');
        await press(page, 'Bỏ phiếu', 'dialog');
        await reads(page, 'Đã chọn: Tán thành');
        await page.locator('[data-tab="chat"]').click();
        await page.locator('textarea').fill('Lâm Bình nghe rõ');
        await press(page, 'Gửi', '[data-testid="panel"]');
        await until('written', async () => (await conference.state()).messages.some((/** @type {any} */ { text }) => text === 'Lâm Bình nghe rõ'), SEEN_MS);
        await page.locator('[data-control="leave"]').click();
        await page.locator('[data-control="confirm-leave"]').click();
        await reads(page, 'Đã rời hội nghị');
        assert.equal((await conference.state()).votes[0].voted, 1);
      } catch (error) {
        await page.screenshot({ path: path.join(ARTEFACTS, 'firefox-failed.png') });
        throw error;
      }
    } finally {
      await browser.close();
    }
  }, { config: `[media]\nlisten_ip = "${outerAddress()}"\nadvertise = ["${outerAddress()}"]\n` });
});
