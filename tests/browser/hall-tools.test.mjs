// What a person has at hand in the hall beside the conference itself: a saving line, the screen, the technician's text.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import { assertAccessible } from './harness/accessibility.mjs';
import { ARTEFACTS } from './harness/artefacts.mjs';
import { Conference } from './harness/conference.mjs';
import { until } from './harness/wait.mjs';

const SEEN_MS = 20_000;
const LAPTOP = { width: 1366, height: 768 };

test('a point saves its line, shows the hall on its screen, copies what the technician asks for, and is not closed by mistake', { timeout: 240_000 }, async () => {
  await Conference.hold('hall-tools', async (conference) => {
    const hub = await conference.join(conference.hubInvite);
    const commune = await conference.join(conference.communeInvite);
    const lamBinh = await conference.join(conference.lamBinhInvite, {
      viewport: LAPTOP,
      prepare: async (context) => {
        await context.grantPermissions(['clipboard-read', 'clipboard-write', 'camera', 'microphone', 'screen-wake-lock']);
        await context.addInitScript(() => {
          const { wakeLock } = navigator;
          const ask = wakeLock.request.bind(wakeLock);
          wakeLock.request = (kind) => {
            const held = ask(kind);
            held.then(() => (/** @type {any} */ (window).__awake = true), () => {});
            return held;
          };
        });
      },
    });
    const { page } = lamBinh;
    await Promise.all([lamBinh.receives(hub), lamBinh.receives(commune)]);
    await until('the screen stays awake', () => page.evaluate(() => /** @type {any} */ (window).__awake === true), SEEN_MS);

    /** @param {string} name */
    const save = async (name) => {
      await lamBinh.control('more').click();
      await page.getByRole('dialog').getByLabel(name).check();
      await page.keyboard.press('Escape');
    };
    const cameras = async () => (await lamBinh.inbound()).filter(({ source }) => source === 'camera').map(({ identity }) => identity);
    const sounds = async () => (await lamBinh.inbound()).filter(({ source }) => source === 'microphone').length;
    await save('Tiết kiệm: chỉ hình màn hình chính, cỡ nhỏ');
    await until('only the stage is received, and small', async () => {
      const [stage, ...rest] = (await lamBinh.inbound()).filter(({ source }) => source === 'camera');
      return stage?.identity === hub.identity && stage.frameWidth <= 320 && rest.length === 0;
    }, SEEN_MS, () => lamBinh.inbound());
    await save('Chỉ tiếng và trình chiếu');
    await until('no camera is received', async () => (await cameras()).length === 0, SEEN_MS, cameras);
    assert.equal(await sounds(), 2);
    await until('and none is sent', () => hub.tileOf(lamBinh).getByText('Không có hình').isVisible(), SEEN_MS);
    await page.getByText('Đang chỉ nghe tiếng').waitFor();
    await page.reload();
    await lamBinh.enter();
    await page.getByText('Đang chỉ nghe tiếng').waitFor({ timeout: SEEN_MS });
    await save('Đầy đủ hình');
    await lamBinh.receives(hub);

    await page.keyboard.press('f');
    await until('the whole screen', () => page.evaluate(() => document.fullscreenElement !== null), SEEN_MS);
    await page.keyboard.press('f');
    await until('the page again', () => page.evaluate(() => document.fullscreenElement === null), SEEN_MS);

    await lamBinh.control('more').click();
    await assertAccessible(page, 'the options');
    await page.screenshot({ path: path.join(ARTEFACTS, 'hall-options.png') });
    await page.getByRole('dialog').getByRole('button', { name: 'Hình trong cửa sổ nhỏ' }).click();
    await until('a window of its own', () => page.evaluate(() => document.pictureInPictureElement !== null), SEEN_MS);
    await page.evaluate(() => document.exitPictureInPicture());

    await lamBinh.control('more').click();
    await page.locator('[data-control="diagnostics"]').click();
    await page.getByText('Đã sao chép').waitFor({ timeout: SEEN_MS });
    const told = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(told, /seat point:071\n/);
    assert.match(told, /path host\/udp port \d+ to host\/udp port \d+, round trip \d+ ms/);
    assert.match(told, /sends audio \d+ packets/);
    assert.match(told, /receives audio \d+ packets, \d+ lost/);
    assert.ok(!told.includes('Lâm Bình') && !/eyJ/.test(told), told);

    // Closing the tab by mistake is asked about; the answer may be no.
    const asked = page.waitForEvent('dialog', { timeout: SEEN_MS });
    await page.close({ runBeforeUnload: true });
    const question = await asked;
    assert.equal(question.type(), 'beforeunload');
    await question.dismiss();
    await lamBinh.receives(hub);
  });
});
