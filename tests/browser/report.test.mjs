// The report on the screen: what a real meeting's papers say, cell by cell; and a province's morning, fluent and looked at.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { assertAccessible } from './harness/accessibility.mjs';
import { launchBrowser } from './harness/browser.mjs';
import { Conference } from './harness/conference.mjs';
import { parseCsv } from './harness/csv.mjs';
import { MadeUp } from './harness/madeUp.mjs';
import { screens } from './harness/screens.mjs';
import { longestTasks, watchMachine } from './harness/smoothness.mjs';
import { until } from './harness/wait.mjs';

const SEEN_MS = 20_000;
const VIEWPORT = { width: 1366, height: 768 };

/** @param {import('playwright-core').Page} page @param {string} name */
async function part(page, name) {
  await page.locator(`[data-part="${name}"]`).click();
  await page.locator(`[data-panel="${name}"]`).waitFor({ timeout: SEEN_MS });
}

/**
 * The report's page, as an invitation opens it.
 *
 * @param {Conference} conference
 * @param {import('./harness/server.mjs').Invite} invite
 */
async function openReport(conference, invite) {
  const { meeting } = await conference.seat(invite);
  const context = await conference.browser.newContext({ viewport: VIEWPORT, locale: 'vi-VN', timezoneId: 'America/New_York' });
  await context.addInitScript((code) => sessionStorage.setItem('diemcau.code', code), invite.code);
  const page = await context.newPage();
  await page.goto(`${conference.server.origin}/m/${encodeURIComponent(meeting.id)}/report`);
  await page.locator('[data-part="overview"]').waitFor({ timeout: SEEN_MS });
  return page;
}

/**
 * A paper by the interface.
 *
 * @param {Conference} conference
 * @param {string} paper `csv?table=units&lang=vi`
 * @param {import('./harness/server.mjs').Invite} [invite]
 */
async function paper(conference, paper, invite = conference.hubInvite) {
  const { token, meeting } = await conference.seat(invite);
  const answer = await fetch(`${conference.server.origin}/api/v1/meetings/${encodeURIComponent(meeting.id)}/papers/${paper}`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200, `${paper}: ${answer.status}`);
  // Byte for byte: what reads it as a text leaves out the mark at its beginning.
  return Buffer.from(await answer.arrayBuffer()).toString('utf8');
}

/**
 * Gives the meeting an agenda, as its set-up does.
 *
 * @param {Conference} conference
 * @param {any[]} agenda
 */
async function planAgenda(conference, agenda) {
  const { token, meeting } = await conference.seat(conference.hubInvite);
  const address = `${conference.server.origin}/api/v1/meetings/${encodeURIComponent(meeting.id)}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const plan = await fetch(address, { headers });
  const body = JSON.stringify({ ...(await plan.json()), agenda });
  const saved = await fetch(address, { method: 'PUT', headers: { ...headers, 'if-match': plan.headers.get('etag') ?? '' }, body });
  assert.equal(saved.status, 200, await saved.text());
}

/**
 * A table on the screen by the heads of its columns, every cell as a spreadsheet has it.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} name
 * @returns {Promise<Record<string, string>[]>}
 */
const onScreen = (page, name) =>
  page.locator(`[data-table="${name}"]`).evaluate((table) => {
    const heads = [...table.querySelectorAll('thead > tr > *')].map((cell) => cell.textContent ?? '');
    return [...table.querySelectorAll('tbody:not([data-sum]) > tr')].map((row) =>
      Object.fromEntries(
        [...row.children].map((cell, index) => {
          const instant = cell.querySelector('time')?.dateTime.slice(0, 19).replace('T', ' ');
          return [heads[index] ?? '', instant ?? cell.textContent ?? ''];
        }),
      ),
    );
  });

/** @param {string} csv @returns {Record<string, string>[]} */
function onPaper(csv) {
  const [head = [], ...rows] = parseCsv(csv.replace(/^\uFEFF/, ''));
  const names = head.map((name) => name.replace(/ \(UTC[+-]\d\d:\d\d\)$/, ''));
  return rows.map((row) => Object.fromEntries(row.map((cell, index) => [names[index] ?? '', cell])));
}

/** Columns that nobody has anything in may be left out on the screen. @param {Record<string, string>[]} rows @param {Record<string, string>[]} like */
function withColumnsOf(rows, like) {
  const names = Object.keys(like[0] ?? {});
  for (const row of rows) for (const [name, cell] of Object.entries(row)) assert.ok(names.includes(name) || cell === '', `the column ${name} is on paper alone`);
  return rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name] ?? ''])));
}

test('what a meeting was stands on the screen as on its papers', { timeout: 300_000 }, async () => {
  await Conference.hold('report', async (conference) => {
    const { lamBinhInvite, hubInvite } = conference;
    const lamBinh = await conference.join(lamBinhInvite, { camera: 'off' });
    const say = (/** @type {any} */ command, /** @type {import('./harness/server.mjs').Invite} */ invite = hubInvite) => conference.command(command, invite);
    await planAgenda(conference, [
      { id: 1, type: 'report', title: 'Báo cáo cải cách hành chính', presenter: 'Sở Nội vụ', point: null, minutes: 1, documents: [{ title: 'Báo cáo số 312', link: 'https://example.vn/312.pdf' }] },
      { id: 2, type: 'discussion', title: 'Thảo luận', presenter: '', point: null, minutes: 40, documents: [] },
    ]);
    await say({ do: 'open' });

    // The roll: one of each, and one more whom nobody expected.
    const { roll, agenda } = await conference.state();
    const room = roll.delegates.filter((/** @type {any} */ { point }) => point === lamBinhInvite.point);
    assert.ok(room.length >= 2, 'the sample has delegates in Lâm Bình');
    const elsewhere = roll.delegates.find((/** @type {any} */ { point }) => point !== lamBinhInvite.point);
    const call = (/** @type {any} */ delegate, /** @type {any} */ presence) => ({ do: 'call-roll', delegate: delegate.id, presence });
    await say(call(room[0], { is: 'present' }), lamBinhInvite);
    await say({ do: 'request-proxy', delegate: room[1].id, substitute: { name: 'Ma Văn Tuấn', title: '=Phó "phòng"' }, reason: 'Đi công tác' }, lamBinhInvite);
    const [proxy] = (await conference.state()).roll.proxies;
    await say({ do: 'approve-proxy', proxy: proxy.id });
    await say(call(room[1], { is: 'proxy', proxy: proxy.id }), lamBinhInvite);
    await say({ do: 'add-delegate', name: 'Chẩu Thị Vân', title: '', unit: lamBinhInvite.point, point: lamBinhInvite.point }, lamBinhInvite);
    await say(call(elsewhere, { is: 'absent' }));
    const wrong = (await conference.state()).roll.delegates.find((/** @type {any} */ { id }) => id === elsewhere.id).standing.seq;
    await say({ do: 'correct-roll', corrects: wrong, presence: { is: 'excused', reason: 'Ốm' }, reason: 'Có giấy xin phép' });

    // The floor, the agenda, a vote.
    await say({ do: 'start-item', item: agenda[0].id });
    await say({ do: 'request-floor', speaker: { delegate: null, name: 'Ma Văn Lập' }, subject: 'Một cửa, "liên thông"' }, lamBinhInvite);
    const [asked] = (await conference.state()).floor.queue;
    await say({ do: 'grant-floor', request: asked.request, seconds: 60 });
    await say({ do: 'open-vote', question: 'Thông qua?', options: ['Tán thành', 'Không'], secret: false, by: 'points', needsQuorum: false });
    const vote = (await conference.state()).votes[0].id;
    await say({ do: 'cast-ballot', vote, voter: { point: lamBinhInvite.point }, choice: 0 }, lamBinhInvite);
    await say({ do: 'close-vote', vote });

    // The line is cut, and comes back.
    await lamBinh.leave();
    const again = await conference.join(lamBinhInvite, { camera: 'off' });

    const page = await openReport(conference, hubInvite);
    const failures = /** @type {string[]} */ ([]);
    page.on('pageerror', (error) => failures.push(String(error)));
    await page.locator('[data-provisional="true"]').getByText('BẢN TẠM').waitFor();
    await assertAccessible(page, 'the report of an open meeting');

    await say({ do: 'close' });
    await page.getByText('Đã có diễn biến mới').waitFor({ timeout: SEEN_MS });
    await page.getByRole('button', { name: 'Cập nhật số liệu' }).click();
    await until('it is provisional no more', async () => (await page.locator('[data-provisional]').count()) === 0, SEEN_MS);

    const report = JSON.parse(await paper(conference, 'json'));
    const attended = report.total.present + report.total.proxy + report.total.left;
    const figure = page.locator('[data-figure="attended"]');
    assert.deepEqual([await figure.getAttribute('data-attended'), await figure.getAttribute('data-expected')], [String(attended), String(report.total.expected)]);
    for (const name of ['proxy', 'left', 'late', 'excused', 'absent', 'unconfirmed', 'added']) {
      assert.equal(await page.locator(`[data-figure="${name}"] dd`).getAttribute('data-value'), String(report.total[name]), name);
    }
    assert.deepEqual([report.total.proxy, report.total.excused], [1, 1]);
    const head = `${report.heads[0].seq}:${report.heads[0].hash}`;
    assert.equal(await page.locator('[data-head]').getAttribute('data-head'), head);

    // Every table: what the CSV says in each cell, the first page of it.
    for (const [name, of] of [['units', ['units']], ['points', ['points']], ['delegates', ['delegates', 'proxies']], ['floor', ['floor']], ['agenda', ['agenda']], ['votes', ['votes', 'ballots']], ['corrections', ['corrections']], ['ledger', ['ledger']]]) {
      await part(page, /** @type {string} */ (name));
      for (const table of /** @type {string[]} */ (of)) {
        const told = onPaper(await paper(conference, `csv?table=${table}&lang=vi`)).map((row) => Object.fromEntries(Object.entries(row).map(([key, cell]) => [key, cell.replace(/^'(?=[=+\-@])/, '')])));
        const seen = await onScreen(page, table);
        assert.ok(seen.length > 0, table);
        assert.deepEqual(seen, withColumnsOf(told, seen).slice(0, 50), table);
        if (told.length <= 50) assert.equal(seen.length, told.length, table);
      }
    }

    // The line beside the confirmations: drawn, and told.
    await part(page, 'points');
    await page.getByRole('searchbox').fill('lam binh');
    const row = page.locator(`li[data-point="${lamBinhInvite.point}"]`);
    const { line } = report.points.find((/** @type {any} */ { point }) => point === lamBinhInvite.point);
    assert.equal(line.stays.length, 2);
    assert.equal(await row.locator('[data-stay]').count(), 2);
    assert.ok((await row.locator('[data-mark]').count()) >= 1);
    await row.getByRole('button').press('Enter');
    assert.deepEqual(await row.locator('[data-fact]').evaluateAll((facts) => facts.map((fact) => fact.getAttribute('data-fact'))), ['stay', 'gap', 'stay']);
    const times = await row.locator('[data-fact="stay"] time').evaluateAll((all) => all.map((time) => /** @type {HTMLTimeElement} */ (time).dateTime));
    assert.deepEqual(times, line.stays.flatMap((/** @type {any} */ { from, to }) => [from, to]));
    assert.match(await row.locator('[data-table="marks"]').innerText(), /Dự thay: Ma Văn Tuấn/);
    await assertAccessible(page, 'a point of the report');

    await part(page, 'ledger');
    await page.getByRole('button', { name: 'Kiểm tra sổ ghi' }).click();
    const whole = page.locator('[data-ledger="whole"]');
    await whole.waitFor({ timeout: SEEN_MS });
    assert.match(await whole.innerText(), /khớp với báo cáo đang xem/);
    await part(page, 'compare');
    await page.getByText('Chưa có hội nghị nào trước đó').waitFor({ timeout: SEEN_MS });

    // What is taken away is what the interface gives.
    await part(page, 'overview');
    const take = async (/** @type {string} */ of) => {
      const download = page.waitForEvent('download');
      await page.locator(`[data-paper="${of}"]`).click();
      const file = await download;
      return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
    };
    assert.deepEqual(JSON.parse((await take('json')).bytes.toString('utf8')), report);
    await page.getByLabel('Ngôn ngữ văn bản').selectOption('en');
    await page.getByText('Từng bảng (CSV)').click();
    const units = await take('csv/units');
    assert.equal(units.bytes.toString('utf8'), await paper(conference, 'csv?table=units&lang=en'));
    assert.match(units.name, /\.csv$/);
    await page.getByLabel('Kèm chữ ký của máy chủ').check();
    const signed = await take('xlsx');
    assert.match(signed.name, /\.zip$/);
    assert.equal(signed.bytes.subarray(0, 2).toString(), 'PK');
    for (const format of ['csv', 'ics', 'ledger']) assert.ok((await take(format)).bytes.length > 0, format);

    // No WebRTC came with any of it.
    const scripts = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js')));
    for (const script of scripts) assert.ok(!(await (await fetch(script)).text()).includes('RTCPeerConnection'), script);
    assert.ok(scripts.length > 0);

    // A point has its own rows and nobody else's; the end of the meeting leads it there.
    const own = again.page;
    await own.getByRole('button', { name: 'Xem báo cáo' }).click();
    await own.locator('[data-extract="point"]').waitFor({ timeout: SEEN_MS });
    assert.equal(await own.locator('[data-part="compare"]').count(), 0);
    await part(own, 'delegates');
    const people = await onScreen(own, 'delegates');
    assert.deepEqual(people, withColumnsOf(onPaper(await paper(conference, 'csv?table=delegates&lang=vi', lamBinhInvite)), people));
    assert.ok(!(await own.locator('main').innerText()).includes(elsewhere.name));
    await part(own, 'ledger');
    assert.equal(await own.getByRole('button', { name: 'Kiểm tra sổ ghi' }).count(), 0);
    assert.deepEqual(failures, []);
  });
});

/**
 * @param {import('./harness/madeUp.mjs').Options} options
 * @param {(page: import('playwright-core').Page, meeting: MadeUp) => Promise<void>} body
 */
async function onTheReport(options, body) {
  const meeting = await MadeUp.start(options);
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ viewport: VIEWPORT, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' });
    const page = await meeting.open(context, 'report');
    await page.locator('[data-part="overview"]').waitFor({ timeout: SEEN_MS });
    await body(page, meeting);
  } finally {
    await browser.close();
    await meeting.stop();
  }
}

test('the report is read by the keys alone', { timeout: 120_000 }, async () => {
  await onTheReport({}, async (page) => {
    const keys = page.keyboard;
    await page.locator('[data-part="overview"]').focus();
    for (const name of ['units', 'points']) {
      await keys.press('ArrowRight');
      await page.locator(`[data-panel="${name}"]`).waitFor({ timeout: SEEN_MS });
    }
    const focused = () => page.evaluate(() => document.activeElement?.closest('[data-point]')?.getAttribute('data-point') ?? null);
    await until('a point has the focus', async () => {
      await keys.press('Tab');
      return focused();
    }, SEEN_MS);
    await keys.press('Enter');
    const facts = page.locator('[data-table="line"]');
    await facts.waitFor({ timeout: SEEN_MS });
    await keys.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'region');
    await page.locator('[data-part="points"]').focus();
    await keys.press('End');
    await page.locator('[data-table="compared"]').waitFor({ timeout: SEEN_MS });
    await keys.press('Home');
    await page.locator('[data-panel="overview"]').waitFor({ timeout: SEEN_MS });
  });
});

test('two hundred points with twenty delegates each stay fluent', { timeout: 150_000 }, async () => {
  await onTheReport({ points: 200, delegates: 20 }, async (page) => {
    await part(page, 'points');
    const tasks = await longestTasks(page);
    const machine = watchMachine();
    const next = page.locator('[data-panel="points"]').getByRole('button', { name: 'Trang sau' }).first();
    for (let turn = 0; turn < 7; turn++) await next.click();
    assert.equal(await page.locator('li[data-point]').count(), 25);
    await page.getByRole('searchbox').pressSequentially('xuan lap', { delay: 30 });
    await until('few are left', async () => (await page.locator('li[data-point]').count()) < 5, SEEN_MS);
    await part(page, 'delegates');
    assert.equal(await page.locator('[data-table="delegates"] tbody tr').count(), 50);
    await page.getByRole('searchbox').pressSequentially('nguyen van an', { delay: 30 });
    await page.locator('[data-filter="away"]').click();
    await page.locator('[data-filter="late"]').click();
    const waitMs = machine();
    // Nothing moves here: to lay out another part takes a fraction of this where nothing else runs, and may be held up four times as long where much does.
    const slow = (await tasks()).filter((ms) => ms > 400 + waitMs);
    assert.deepEqual(slow, [], `tasks of the page over 400 ms; the machine kept processes waiting for ${Math.round(waitMs)} ms at most`);
  });
});

test('every part of the report is right for axe-core, in both languages and on every screen', { timeout: 400_000 }, async () => {
  await onTheReport({}, async (page) => {
    for (const name of ['overview', 'units', 'points', 'delegates', 'floor', 'agenda', 'votes', 'corrections', 'ledger', 'compare']) {
      await part(page, name);
      if (name === 'points') await page.locator('li[data-point]').nth(2).getByRole('button').click();
      if (name === 'ledger') await page.getByRole('button', { name: 'Kiểm tra sổ ghi' }).click();
      if (name === 'compare') await page.locator('[data-table="compared"]').waitFor({ timeout: SEEN_MS });
      await assertAccessible(page, `the report, ${name}`);
      await screens(page, `report-${name}`, { both: true });
    }
  });
});
