// The roll call: at a point, by keys, also without a line; and of a whole province at the hub.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertAccessible } from './harness/accessibility.mjs';
import { launchBrowser } from './harness/browser.mjs';
import { MadeUp } from './harness/madeUp.mjs';
import { screens } from './harness/screens.mjs';
import { longestTasks, watchMachine } from './harness/smoothness.mjs';
import { pause, until } from './harness/wait.mjs';

const SEEN_MS = 20_000;
/** What a word waits for before it goes out, and a little more. */
const SENT_MS = 20_000;
const LAM_BINH = 'point:071';

/**
 * @param {import('./harness/madeUp.mjs').Options} options
 * @param {(page: import('playwright-core').Page, meeting: MadeUp) => Promise<void>} body
 */
async function onTheRoll(options, body) {
  const meeting = await MadeUp.start(options);
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' });
    const page = await meeting.open(context, 'roll');
    await page.locator('[data-delegate]').first().waitFor({ timeout: SEEN_MS });
    await body(page, meeting);
  } finally {
    await browser.close();
    await meeting.stop();
  }
}

/** @type {import('./harness/madeUp.mjs').Options['begin']} */
const notCalled = (state) => {
  for (const entry of state.roll.delegates) Object.assign(entry, { standing: null, firstHere: null });
};

/** @param {MadeUp} meeting */
const calls = (meeting) => meeting.commands.filter(({ do: name }) => name === 'call-roll').map(({ delegate, presence }) => `${delegate} ${presence.is}`);

test('a clerk calls the roll by one key a delegate, and takes a word back', { timeout: 90_000 }, async () => {
  await onTheRoll({ place: LAM_BINH, begin: notCalled }, async (page, meeting) => {
    const ids = meeting.state.roll.delegates.map((/** @type {any} */ { id }) => id);
    await page.locator(`[data-delegate="${ids[0]}"]`).focus();
    await page.keyboard.press('c');
    await page.keyboard.press('v');
    await page.keyboard.press('z');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('c');
    assert.equal(await page.locator('[data-presence="present"][data-delegate]').count(), 2);
    await page.keyboard.press('l');
    await page.getByLabel('Lý do vắng', { exact: true }).fill('Đi công tác');
    await page.keyboard.press('Enter');
    await until('three words have gone out', () => calls(meeting).length === 3, SENT_MS);
    assert.deepEqual(calls(meeting), [`${ids[0]} present`, `${ids[1]} present`, `${ids[2]} excused`]);
    assert.equal(new Set(meeting.keys).size, meeting.keys.length);

    await page.getByRole('button', { name: 'Thêm đại biểu ngoài danh sách' }).click();
    await page.getByLabel('Họ và tên').fill('Chẩu Thị Vân');
    await page.keyboard.press('Enter');
    const added = await until('added', () => meeting.commands.find(({ do: name }) => name === 'add-delegate'), SENT_MS);
    assert.deepEqual(added, { do: 'add-delegate', name: 'Chẩu Thị Vân', title: '', unit: '071', point: '071' });

    await page.locator(`[data-delegate="${ids[4]}"] [data-mark="proxy"]`).click();
    await page.getByLabel('Họ và tên người dự thay').fill('Ma Văn Tuấn');
    await page.keyboard.press('Enter');
    const proxy = await until('asked', () => meeting.commands.find(({ do: name }) => name === 'request-proxy'), SENT_MS);
    assert.deepEqual([proxy.delegate, proxy.substitute.name], [ids[4], 'Ma Văn Tuấn']);
  });
});

test('a room that is cut off goes on with its roll, and catches up, once each', { timeout: 120_000 }, async () => {
  await onTheRoll({ place: LAM_BINH, begin: notCalled }, async (page, meeting) => {
    const ids = meeting.state.roll.delegates.map((/** @type {any} */ { id }) => id);
    await page.context().setOffline(true);
    meeting.drop();
    await page.locator('[data-sync="offline"]').waitFor({ timeout: SEEN_MS });
    await page.locator(`[data-delegate="${ids[0]}"]`).focus();
    for (const key of ['c', 'c', 'v', 'c']) await page.keyboard.press(key);
    await page.getByText('4 mục được giữ trên máy này').waitFor();
    assert.equal(await page.locator('[data-pending="true"]').count(), 4);
    await assertAccessible(page, 'the roll of a room that is cut off');

    await page.context().setOffline(false);
    await until('all words have gone out', () => calls(meeting).length >= 4, 60_000);
    await page.locator('[data-sync="saved"]').waitFor({ timeout: SEEN_MS });
    assert.deepEqual(calls(meeting), [`${ids[0]} present`, `${ids[1]} present`, `${ids[2]} absent`, `${ids[3]} present`]);
    assert.equal(new Set(meeting.keys).size, 4);
  });
});

test('words that did not go out outlive the page, and do not pass over what the secretary wrote meanwhile', { timeout: 120_000 }, async () => {
  await onTheRoll({ place: LAM_BINH, begin: notCalled }, async (page, meeting) => {
    const [first, second] = meeting.state.roll.delegates;
    meeting.refuse = () => ({ status: 503, body: { type: 'urn:diemcau:problem:unavailable', status: 503, title: '', detail: '' } });
    await page.locator(`[data-delegate="${first.id}"]`).focus();
    await page.keyboard.press('c');
    await page.keyboard.press('c');
    await page.locator('[data-sync="offline"]').waitFor({ timeout: SEEN_MS });
    // Meanwhile the secretary says otherwise of the first one.
    meeting.change({ '/roll/delegates/0/standing': { seq: 3_000, at: new Date().toISOString(), presence: { is: 'absent' }, by: 'secretary', corrected: null } });
    meeting.refuse = () => null;
    meeting.commands.length = 0;
    await page.reload();
    const conflict = page.locator(`[data-conflict="${first.id}"]`);
    await conflict.waitFor({ timeout: SEEN_MS });
    await until('the other word has gone out', () => calls(meeting).includes(`${second.id} present`), SENT_MS);
    assert.ok(!calls(meeting).some((call) => call.startsWith(`${first.id} `)));
    await assertAccessible(page, 'a conflict on the roll');
    await conflict.getByRole('button', { name: 'Vẫn ghi “Có mặt”' }).click();
    await until('the clerk insists', () => calls(meeting).includes(`${first.id} present`), SENT_MS);
    await conflict.waitFor({ state: 'detached' });
  });
});

test('the secretary finds, calls and corrects among four thousand, fluently', { timeout: 150_000 }, async () => {
  await onTheRoll({ points: 200, delegates: 20 }, async (page, meeting) => {
    const tasks = await longestTasks(page);
    const machine = watchMachine();
    const list = page.getByRole('listbox');
    for (let tick = 0; tick < 60; tick++) {
      const at = (tick * 67) % meeting.state.roll.delegates.length;
      const standing = { seq: 5_000 + tick, at: new Date().toISOString(), presence: { is: tick % 2 ? 'present' : 'absent' }, by: 'point:071', corrected: null };
      meeting.change({ [`/roll/delegates/${at}/standing`]: standing, [`/roll/units/${tick % 200}/present`]: tick % 20, '/total/present': 1_000 + tick });
      await list.evaluate((element, top) => element.scrollTo(0, top), tick * 400);
      await pause(100);
    }
    const waitMs = machine();
    const slow = (await tasks()).filter((ms) => ms > 50 + waitMs);
    assert.deepEqual(slow, [], `tasks of the page over 50 ms; the machine kept processes waiting for ${Math.round(waitMs)} ms at most`);

    const entry = meeting.state.roll.delegates.find((/** @type {any} */ one) => one.standing?.presence.is === 'present');
    await page.getByRole('searchbox').fill(entry.title);
    await list.locator(`[data-delegate="${entry.id}"]`).click();
    await page.getByRole('button', { name: 'Đính chính…' }).click();
    await page.getByLabel('Ghi là').selectOption('absent');
    await page.getByRole('button', { name: 'Ghi đính chính' }).click();
    await page.getByText('Hãy ghi lý do.').waitFor();
    await assertAccessible(page, 'a correction');
    await page.getByLabel('Lý do đính chính').fill('Ghi nhầm người ngồi bên');
    await page.getByRole('button', { name: 'Ghi đính chính' }).click();
    const corrected = await until('corrected', () => meeting.commands.find(({ do: name }) => name === 'correct-roll'), SEEN_MS);
    assert.deepEqual(corrected, { do: 'correct-roll', corrects: entry.standing.seq, presence: { is: 'absent' }, reason: 'Ghi nhầm người ngồi bên' });
  });
});

test('the roll has nothing that axe-core finds wrong, in both languages and on every screen', { timeout: 180_000 }, async () => {
  for (const [name, place] of [['roll', 'hub'], ['roll-point', LAM_BINH]]) {
    await onTheRoll({ place }, async (page) => {
      if (place === 'hub') await page.getByRole('listbox').getByRole('option').first().click();
      await assertAccessible(page, name ?? '');
      await screens(page, name ?? '', { both: true });
    });
  }
});
