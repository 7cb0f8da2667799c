// The board of readiness: causes in words, the list of whom to call, and a table to take away.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { assertAccessible } from './harness/accessibility.mjs';
import { launchBrowser } from './harness/browser.mjs';
import { parseCsv } from './harness/csv.mjs';
import { MadeUp } from './harness/madeUp.mjs';
import { screens } from './harness/screens.mjs';
import { until } from './harness/wait.mjs';

const SEEN_MS = 20_000;

test('the board says what is wrong where, follows what changes, and goes into a spreadsheet', { timeout: 180_000 }, async () => {
  const meeting = await MadeUp.start();
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' });
    const page = await meeting.open(context, 'ready');
    const rows = page.locator('tr[data-point]');
    await until('every point has its row', async () => (await rows.count()) === 168, SEEN_MS);

    const red = page.locator('button[data-level="red"]');
    const before = Number(await red.locator('strong').innerText());
    const lost = meeting.state.lines.findIndex((/** @type {any} */ line) => line.downSince !== null);
    assert.match(await page.locator(`tr[data-point="${meeting.state.lines[lost].place.slice('point:'.length)}"]`).innerText(), /Mất kết nối/);
    meeting.change({ [`/lines/${lost}/connected`]: true, [`/lines/${lost}/downSince`]: null });
    await until('one fewer is red', async () => Number(await red.locator('strong').innerText()) === before - 1, SEEN_MS);

    await red.click();
    await until('the red ones alone', async () => (await rows.count()) === before - 1, SEEN_MS);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Tải CSV' }).click();
    const text = await readFile(await (await download).path(), 'utf8');
    const table = parseCsv(text.replace(/^\uFEFF/, ''));
    assert.equal(table.length, before);
    assert.deepEqual(table[0]?.slice(0, 6), ['Mã', 'Điểm cầu', 'Trực thuộc', 'Phòng họp', 'Tình trạng', 'Nguyên nhân']);
    assert.ok(table.slice(1).every((row) => row[4] === 'Cần xử lý' && row[5] !== ''));

    await page.locator('button[data-level="all"]').click();
    await assertAccessible(page, 'the board');
    await screens(page, 'ready', { both: true });
    await page.getByRole('button', { name: 'Danh sách cần gọi' }).click();
    await page.getByText('0207 3822 000').waitFor();
    assert.equal(await page.locator('[data-call]').count(), before - 1);
    await assertAccessible(page, 'the list of whom to call');
    await screens(page, 'ready-calls');
    await page.emulateMedia({ media: 'print' });
    assert.ok(!(await page.getByRole('button', { name: 'Tải CSV' }).isVisible()));
  } finally {
    await browser.close();
    await meeting.stop();
  }
});
