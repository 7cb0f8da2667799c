// The main journeys of a point and of the chair in the hall, by the keyboard alone: nobody touches a mouse.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Conference } from './harness/conference.mjs';
import { until } from './harness/wait.mjs';

/** @typedef {import('playwright-core').Page} Page */

const SEEN_MS = 20_000;
const LAPTOP = { width: 1366, height: 768 };

/**
 * Goes on by Tab until the focus is on what is called so; by Shift and Tab when it is not found below.
 *
 * @param {Page} page @param {RegExp} name
 */
async function tabTo(page, name) {
  const seen = [];
  for (let step = 0; step < 90; step++) {
    await page.keyboard.press('Tab');
    const called = await page.evaluate(() => {
      const at = document.activeElement;
      const label = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? at.labels?.[0]?.textContent : '';
      return (at?.getAttribute('aria-label') || label || at?.textContent || '').trim();
    });
    if (name.test(called)) return;
    seen.push(called.slice(0, 40));
  }
  throw new Error(`no ${name} on the way: ${seen.join(' | ')}`);
}

/** @param {Page} page */
const isConnected = (page) => page.evaluate(() => /** @type {any} */ (window).__diemcau?.room.state === 'connected');

/** @param {Page} page */
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('data-tab') ?? document.activeElement?.tagName ?? '');

test('a point and the chair go through a conference by the keyboard alone', { timeout: 240_000 }, async () => {
  await Conference.hold('keyboard', async (conference) => {
    await conference.plan((plan) => {
      plan.rules = { ...plan.rules, microphones: 'floor' };
      plan.agenda = [{ id: 1, type: 'report', title: 'Báo cáo', minutes: 20 }];
    });
    const chair = (await conference.open(conference.hubInvite, { viewport: LAPTOP })).page;
    const point = (await conference.open(conference.lamBinhInvite, { viewport: LAPTOP })).page;
    for (const page of [chair, point]) {
      await page.getByLabel('Hình từ camera của điểm cầu').waitFor();
      await tabTo(page, /^Vào hội nghị/);
      await page.keyboard.press('Enter');
      await until('in the hall', () => isConnected(page), SEEN_MS);
    }

    // The chair opens the meeting from the panel, and the safe answer has the focus when it asks.
    await chair.keyboard.press('o');
    await until('the panel has the focus', async () => (await focused(chair)) === 'conduct', SEEN_MS);
    await tabTo(chair, /^Khai mạc$/);
    await chair.keyboard.press('Enter');
    await chair.getByRole('dialog').waitFor();
    await tabTo(chair, /^Khai mạc$/);
    await chair.keyboard.press('Enter');
    await chair.locator('[data-phase="open"]').waitFor({ timeout: SEEN_MS });

    // The point asks for the floor, sees its place, writes to all, calls its roll.
    await point.keyboard.press('h');
    await point.getByRole('dialog').waitFor();
    await tabTo(point, /^Nội dung/);
    await point.keyboard.type('Hạ tầng công nghệ thông tin');
    await point.keyboard.press('Enter');
    await point.locator('[data-control="hand"]').getByText('thứ 1').waitFor({ timeout: SEEN_MS });
    await point.keyboard.press('c');
    await until('the chat has the focus', async () => (await focused(point)) === 'chat', SEEN_MS);
    await tabTo(point, /^Nhắn tới mọi người/);
    await point.keyboard.type('Chào các điểm cầu');
    await point.keyboard.press('Enter');
    await point.getByRole('log').getByText('Chào các điểm cầu').waitFor({ timeout: SEEN_MS });
    // Letters in what is written are no shortcuts.
    assert.equal(await point.locator('[data-control="hand"]').getByText('thứ 1').count(), 1);
    await point.keyboard.press('Shift+Tab');
    await until('back at the tabs', async () => {
      await point.keyboard.press('Shift+Tab');
      return (await focused(point)) === 'chat';
    }, SEEN_MS);
    await point.keyboard.press('ArrowLeft');
    await until('the roll is next to the chat', async () => (await focused(point)) === 'roll', SEEN_MS);
    await point.locator('[data-delegate]').first().waitFor({ timeout: SEEN_MS });
    await until('the first delegate has the focus', async () => {
      await point.keyboard.press('Tab');
      return point.evaluate(() => document.activeElement?.hasAttribute('data-delegate') ?? false);
    }, SEEN_MS);
    await point.keyboard.press('c');
    await point.locator('[data-presence="present"][data-delegate]').first().waitFor({ timeout: SEEN_MS });

    // The chair calls upon it by one key; the point speaks and gives the floor back.
    await chair.keyboard.press('n');
    const turn = point.locator('[data-banner="turn"]');
    await turn.waitFor({ timeout: SEEN_MS });
    await tabTo(point, /^Đã phát biểu xong$/);
    await point.keyboard.press('Enter');
    await turn.waitFor({ state: 'detached', timeout: SEEN_MS });

    // A vote: opened by the chair, cast for the delegate who is here.
    await chair.keyboard.press('b');
    await chair.getByLabel('Nội dung biểu quyết').waitFor();
    await chair.keyboard.type('Thông qua Đề án');
    await tabTo(chair, /^Mở biểu quyết$/);
    await chair.keyboard.press('Enter');
    const vote = point.locator('[data-banner="vote"]');
    await vote.waitFor({ timeout: SEEN_MS });
    await tabTo(point, /^Biểu quyết$/);
    await point.keyboard.press('Enter');
    await tabTo(point, /^Tán thành$/);
    await point.keyboard.press('Enter');
    await point.getByRole('dialog').waitFor();
    await tabTo(point, /^Bỏ phiếu$/);
    await point.keyboard.press('Enter');
    await point.getByText('Đã chọn: Tán thành').waitFor({ timeout: SEEN_MS });
    await chair.keyboard.press('b');
    await chair.getByRole('dialog').waitFor();
    await tabTo(chair, /^Kết thúc và kiểm phiếu$/);
    await chair.keyboard.press('Enter');
    await point.getByText('1 phiếu (100%)').waitFor({ timeout: SEEN_MS });

    // On the wall and back, the keys are listed, and the point leaves.
    await point.keyboard.press('j');
    await until('the stage alone', async () => (await point.locator('footer').count()) === 0, SEEN_MS);
    await point.keyboard.press('Escape');
    await point.locator('footer').waitFor();
    await point.keyboard.press('?');
    await point.getByRole('dialog').getByText('Xin phát biểu').waitFor();
    await point.keyboard.press('Escape');
    await tabTo(point, /^Rời hội nghị$/);
    await point.keyboard.press('Enter');
    await point.getByRole('dialog').waitFor();
    await tabTo(point, /^Rời hội nghị$/);
    await point.keyboard.press('Enter');
    await point.getByRole('heading', { name: 'Đã rời hội nghị' }).waitFor({ timeout: SEEN_MS });
  });
});
