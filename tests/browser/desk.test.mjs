// The chair's desk with a province on it: how it is used by the keys alone, how fluent it is, and how it looks.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertAccessible } from './harness/accessibility.mjs';
import { launchBrowser } from './harness/browser.mjs';
import { MadeUp } from './harness/madeUp.mjs';
import { screens } from './harness/screens.mjs';
import { longestTasks, watchMachine } from './harness/smoothness.mjs';
import { pause, until } from './harness/wait.mjs';

const SEEN_MS = 20_000;

/**
 * @param {import('./harness/madeUp.mjs').Options} options
 * @param {(page: import('playwright-core').Page, meeting: MadeUp) => Promise<void>} body
 */
async function atTheDesk(options, body) {
  const meeting = await MadeUp.start(options);
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' });
    const page = await meeting.open(context, 'desk');
    await page.getByRole('listbox').waitFor({ timeout: SEEN_MS });
    await body(page, meeting);
  } finally {
    await browser.close();
    await meeting.stop();
  }
}

/**
 * The last command that was asked for.
 *
 * @param {MadeUp} meeting
 * @param {string} name
 */
const asked = (meeting, name) => until(name, () => meeting.commands.findLast((command) => command.do === name), SEEN_MS);

test('the chair conducts by the keys alone', { timeout: 120_000 }, async () => {
  await atTheDesk({}, async (page, meeting) => {
    const { queue } = meeting.state.floor;
    const keys = page.keyboard;

    // A point is found without marks, and put in the spotlight.
    await keys.press('/');
    await keys.type('lam binh');
    await keys.press('Tab');
    await until('the list has the focus after the filters', async () => {
      await keys.press('Tab');
      return page.getByRole('listbox').evaluate((list) => list === document.activeElement);
    }, SEEN_MS);
    await keys.press('End');
    await keys.press('Home');
    await keys.press('ArrowDown');
    const chosen = await page.getByRole('listbox').getByRole('option', { selected: true }).getAttribute('data-point');
    await page.keyboard.press('Tab');
    await keys.press('Tab');
    await keys.press('Enter');
    assert.deepEqual(await asked(meeting, 'spotlight'), { do: 'spotlight', place: `point:${chosen}` });

    // Somebody speaks: the next one is asked about first, and the safe answer has the focus.
    await keys.press('n');
    const question = page.getByRole('dialog');
    await question.waitFor();
    await keys.press('Enter');
    await question.waitFor({ state: 'detached' });
    assert.ok(!meeting.commands.some((command) => command.do === 'grant-floor'));

    await keys.press('t');
    assert.deepEqual(await asked(meeting, 'take-floor-back'), { do: 'take-floor-back' });
    meeting.change({ '/floor/holder': null });
    await page.getByText('Chưa ai được mời phát biểu').waitFor();
    await keys.press('n');
    assert.deepEqual(await asked(meeting, 'grant-floor'), { do: 'grant-floor', request: queue[0].request, seconds: 300 });

    // What was done is said, with the way back.
    await page.getByText(`Đã mời ${queue[0].speaker.name}`).waitFor();
    await page.getByRole('button', { name: 'Hoàn tác' }).last().press('Enter');
    await until('taken back', () => meeting.commands.filter((command) => command.do === 'take-floor-back').length === 2, SEEN_MS);

    await keys.press('k');
    await asked(meeting, 'lock');
    await keys.press('i');
    await until('the next item', () => meeting.commands.some((command) => command.do === 'start-item' && command.item === 3), SEEN_MS);

    await keys.press('b');
    await page.getByLabel('Nội dung biểu quyết').waitFor();
    await keys.type('Thông qua Đề án sáp nhập');
    await page.getByRole('button', { name: 'Mở biểu quyết', exact: true }).press('Enter');
    const vote = await asked(meeting, 'open-vote');
    assert.deepEqual([vote.question, vote.options.length, vote.by, vote.secret], ['Thông qua Đề án sáp nhập', 3, 'delegates', false]);

    await keys.press('a');
    await page.getByLabel('Nội dung').waitFor();
    await keys.type('Nghỉ giải lao 10 phút');
    await page.getByRole('button', { name: 'Gửi thông báo' }).press('Enter');
    assert.deepEqual(await asked(meeting, 'announce'), { do: 'announce', text: 'Nghỉ giải lao 10 phút' });

    // Keys mean nothing where text is written, and nothing at all once they are switched off.
    const before = meeting.commands.length;
    await page.getByRole('searchbox').focus();
    await keys.type('tkx');
    await page.getByRole('searchbox').fill('');
    await page.getByRole('listbox').focus();
    await keys.press('?');
    await page.getByLabel('Dùng phím tắt một chữ').press('Space');
    await keys.press('Escape');
    await keys.press('t');
    assert.equal(meeting.commands.length, before);
  });
});

test('the end for all comes only after a pause to think', { timeout: 60_000 }, async () => {
  await atTheDesk({}, async (page, meeting) => {
    await page.getByRole('button', { name: 'Kết thúc…' }).click();
    assert.ok(await page.getByRole('button', { name: /giây suy nghĩ/ }).isDisabled());
    await page.getByRole('button', { name: 'Kết thúc hội nghị' }).click({ timeout: SEEN_MS });
    assert.deepEqual(await asked(meeting, 'close'), { do: 'close' });
  });
});

test('what is refused is said with the names of places', { timeout: 60_000 }, async () => {
  await atTheDesk({}, async (page, meeting) => {
    const { place } = meeting.state.floor.queue[0];
    const name = meeting.outline.points.find((/** @type {any} */ point) => `point:${point.id}` === place).name;
    const body = { type: 'urn:diemcau:problem:refused', status: 409, title: '', detail: `${place} chưa kết nối.`, refusal: 'not-connected', place };
    meeting.refuse = (command) => (command.do === 'take-floor-back' ? { status: 409, body } : null);
    await page.keyboard.press('t');
    await page.getByText(`${name} chưa kết nối.`).waitFor();
  });
});

test('a ledger that fails is seen at once, and so is a line that is lost', { timeout: 60_000 }, async () => {
  await atTheDesk({}, async (page, meeting) => {
    meeting.change({ '/ledger': { is: 'failing', since: new Date().toISOString(), waiting: 7, reason: 'disk I/O error' } });
    const alarm = page.locator('[data-banner="ledger"]');
    await alarm.getByText('7 diễn biến').waitFor();
    await assertAccessible(page, 'the desk with a ledger that fails');
    meeting.change({ '/ledger': { is: 'well' } });
    await alarm.waitFor({ state: 'detached' });
    await meeting.stop();
    await page.locator('[data-banner="line"]').waitFor();
  });
});

test('168 points and their delegates are fluent while everything changes', { timeout: 120_000 }, async () => {
  await atTheDesk({ points: 168, delegates: 20 }, async (page, meeting) => {
    const machine = watchMachine();
    const tasks = await longestTasks(page);
    const list = page.getByRole('listbox');
    const seconds = 10;
    for (let tick = 0; tick < seconds * 10; tick++) {
      // Ten times a second, as often as the server tells: lines come and go, rolls are called.
      const at = tick % 160;
      const line = meeting.state.lines[at + 1];
      const entry = meeting.state.roll.delegates[(tick * 37) % meeting.state.roll.delegates.length];
      const isUp = tick % 3 !== 0;
      meeting.change({
        [`/lines/${at + 1}/connected`]: isUp,
        [`/lines/${at + 1}/downSince`]: isUp ? null : new Date().toISOString(),
        [`/roll/points/${at}/present`]: (tick * 7) % 20,
        [`/roll/delegates/${meeting.state.roll.delegates.indexOf(entry)}/late`]: tick % 2 === 0,
        '/connected': 150 + (tick % 10),
      });
      assert.ok(line);
      await list.evaluate((element, top) => element.scrollTo(0, top), (tick % 40) * 90);
      await pause(100);
    }
    const waitMs = machine();
    const slow = (await tasks()).filter((ms) => ms > Math.max(50, 50 + waitMs));
    assert.deepEqual(slow, [], `tasks of the page over 50 ms; the machine kept processes waiting for ${Math.round(waitMs)} ms at most`);
    const shown = await list.getByRole('option').count();
    assert.ok(shown < 60, `${shown} rows are drawn of 168`);
  });
});

test('the desk has nothing that axe-core finds wrong, in both languages and on every screen', { timeout: 180_000 }, async () => {
  await atTheDesk({}, async (page) => {
    await page.getByRole('listbox').getByRole('option').nth(3).click();
    await assertAccessible(page, 'the desk');
    for (const [key, what] of [['?', 'the keys'], ['b', 'the vote'], ['a', 'the announcement'], ['p', 'the pause']]) {
      await page.keyboard.press(key ?? '');
      await page.getByRole('dialog').waitFor();
      await assertAccessible(page, what ?? '');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await screens(page, 'desk', { both: true });
  });
});
