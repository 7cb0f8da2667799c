// Every page that a clerk comes by, looked at by axe-core.
import { test } from 'node:test';

import { assertAccessible } from './harness/accessibility.mjs';
import { Conference } from './harness/conference.mjs';

const SEEN_MS = 20_000;

test('no page has anything that axe-core finds wrong', { timeout: 240_000 }, async () => {
  await Conference.hold('accessibility', async (conference) => {
    const hub = await conference.join(conference.hubInvite);
    const lamBinh = await conference.open(conference.lamBinhInvite);

    await lamBinh.page.getByLabel('Hình từ camera của điểm cầu').waitFor();
    await assertAccessible(lamBinh.page, 'the preparation');
    await lamBinh.enter();
    await hub.receives(lamBinh);
    await assertAccessible(hub.page, 'the hall');
    await hub.pin(lamBinh);
    await assertAccessible(hub.page, 'the hall, with somebody pinned');
    await hub.control('microphone').click();
    await hub.control('camera').click();
    await hub.control('layout').click();
    await assertAccessible(hub.page, 'the grid, ourselves silent and without a picture');

    await lamBinh.control('share').click();
    await hub.page.locator(`[data-presenter="${lamBinh.identity}"]`).waitFor({ timeout: SEEN_MS });
    await assertAccessible(hub.page, 'the hall with a presentation');
    await lamBinh.control('share').click();
    await hub.control('more').click();
    await assertAccessible(hub.page, 'the options');
    await hub.page.getByRole('button', { name: 'Phím tắt' }).click();
    await assertAccessible(hub.page, 'the keys');
    await hub.page.keyboard.press('Escape');
    await hub.control('leave').click();
    await assertAccessible(hub.page, 'the question whether to leave');
    await hub.page.keyboard.press('Escape');

    // The same link, opened somewhere else.
    const again = await conference.join(conference.lamBinhInvite);
    await lamBinh.page.getByRole('heading', { name: 'Điểm cầu đã mở ở nơi khác' }).waitFor({ timeout: SEEN_MS });
    await assertAccessible(lamBinh.page, 'replaced');
    await again.leave();
    await assertAccessible(again.page, 'the farewell');

    await conference.server.kill();
    await hub.page.locator('[data-line]').waitFor({ timeout: SEEN_MS });
    await assertAccessible(hub.page, 'the hall without a line');
    await conference.server.restart();

    const stranger = await conference.browser.newPage({ locale: 'vi-VN' });
    await stranger.goto(conference.server.origin);
    await assertAccessible(stranger, 'the code');
    await stranger.getByLabel('Mã tham dự').fill('ABC');
    await stranger.keyboard.press('Enter');
    await assertAccessible(stranger, 'half a code');
    await stranger.getByLabel('Mã tham dự').fill('ABCDE-23456');
    await stranger.keyboard.press('Enter');
    await stranger.getByRole('heading', { name: 'Mã không đúng hoặc đã bị thu hồi' }).waitFor({ timeout: SEEN_MS });
    await assertAccessible(stranger, 'a wrong code');
  });
});
