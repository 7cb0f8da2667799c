// A conference in the hall, against the real server: the floor, the agenda, a vote, words to all, a line cut for half a minute.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertAccessible } from './harness/accessibility.mjs';
import { Conference, lineOf } from './harness/conference.mjs';
import { Wire } from './harness/cut.mjs';
import { RELAY, Relay } from './harness/relay.mjs';
import { screens } from './harness/screens.mjs';
import { pause, until } from './harness/wait.mjs';

/** @typedef {import('./harness/point.mjs').Point} Point */

const SEEN_MS = 20_000;
const BACK_MS = 60_000;
const LAPTOP = { width: 1366, height: 768 };
/** The worker itself, and the relay before it. */
const CONFIG = `[media]\nadvertise = ["127.0.0.1", "${RELAY}"]\n`;

/** @param {any} plan */
const withAgenda = (plan) => {
  plan.rules = { ...plan.rules, microphones: 'floor' };
  plan.agenda = [
    { id: 1, type: 'report', title: 'Báo cáo kết quả cải cách hành chính 9 tháng đầu năm', presenter: 'Sở Nội vụ', minutes: 20, documents: [{ title: 'Báo cáo số 312/BC-SNV', link: '/icon.svg' }] },
    { id: 2, type: 'discussion', title: 'Thảo luận tại các điểm cầu', minutes: 40 },
  ];
};

/** @param {Point} point @param {string} name */
const banner = (point, name) => point.page.locator(`[data-banner="${name}"]`);
/** @param {Point} point @param {string} name */
const tab = (point, name) => point.page.locator(`[data-tab="${name}"]`);

/**
 * Somebody who never stops talking sits before the microphone: the made-up one only beeps.
 *
 * @param {import('playwright-core').BrowserContext} context
 */
const talkingMicrophone = async (context) => {
  await context.addInitScript(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await open(constraints);
      const [beeps] = stream.getAudioTracks();
      if (!beeps) return stream;
      const audio = new AudioContext();
      const voice = new OscillatorNode(audio, { frequency: 180 });
      const out = audio.createMediaStreamDestination();
      voice.connect(new GainNode(audio, { gain: 0.5 })).connect(out);
      voice.start();
      stream.removeTrack(beeps);
      for (const track of out.stream.getAudioTracks()) stream.addTrack(track);
      return stream;
    };
  });
};

/**
 * A page that knows but one way for its media, of those that the server names.
 *
 * @param {string} not the address that it does not know
 */
const mediaNotBy = (not) => async (/** @type {import('playwright-core').BrowserContext} */ context) => {
  await context.addInitScript((address) => {
    const describe = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function (/** @type {any} */ description) {
      const lines = String(description?.sdp ?? '').split('\r\n');
      const sdp = lines.filter((line) => !(line.startsWith('a=candidate:') && line.includes(` ${address} `))).join('\r\n');
      return Reflect.apply(describe, this, [{ type: description.type, sdp }]);
    };
  }, not);
};

/** @param {Point} point @param {Point} other */
const sees = (point, other) =>
  until(`${point.invite.name} sees ${other.invite.name}`, async () => ((await point.inboundOf(other, 'camera'))?.framesDecoded ?? 0) > 0, SEEN_MS, () => point.inbound());

/**
 * Asks for the floor by the button and the dialog.
 *
 * @param {Point} point @param {string} subject
 */
async function ask(point, subject) {
  await point.control('hand').click();
  const dialog = point.page.getByRole('dialog');
  await dialog.getByLabel('Nội dung (có thể bỏ trống)').fill(subject);
  await dialog.getByRole('button', { name: 'Đăng ký' }).click();
  await dialog.waitFor({ state: 'detached' });
}

test('a conference: floor asked, given and over, a vote, words to all, a line cut for half a minute, the close', { timeout: 600_000 }, async () => {
  await Conference.hold(
    'hall',
    async (conference) => {
      await conference.plan(withAgenda);
      const relay = await Relay.start(conference.server.mediaPort);
      const wire = await Wire.to(conference.server.origin);
      try {
        const hub = await conference.join(conference.hubInvite, { viewport: LAPTOP, prepare: mediaNotBy(RELAY) });
        const commune = await conference.join(conference.communeInvite, { viewport: LAPTOP, prepare: mediaNotBy(RELAY) });
        assert.equal(relay.paths.length, 0, 'nobody but one point has its media go through the relay');
        const lamBinh = await conference.join(conference.lamBinhInvite, {
          viewport: LAPTOP,
          origin: wire.origin,
          prepare: async (context) => {
            await mediaNotBy('127.0.0.1')(context);
            await talkingMicrophone(context);
          },
        });
        await Promise.all([sees(lamBinh, hub), sees(hub, lamBinh)]);
        const { page } = lamBinh;

        // What is written down here is said first, and stays said.
        await banner(lamBinh, 'notice').getByRole('button', { name: 'Đã rõ' }).click();
        await banner(lamBinh, 'notice').waitFor({ state: 'detached' });

        // The chair conducts from the panel beside the pictures.
        await hub.control('panel').click();
        const desk = hub.page.getByTestId('panel');
        await desk.getByRole('button', { name: 'Khai mạc' }).click();
        await hub.page.getByRole('dialog').getByRole('button', { name: 'Khai mạc' }).click();
        await desk.locator('[data-phase="open"]').waitFor({ timeout: SEEN_MS });
        await tab(hub, 'agenda').click();
        await desk.getByRole('button', { name: 'Mục tiếp theo' }).click();
        await page.getByTestId('current-item').getByText('Báo cáo kết quả').waitFor({ timeout: SEEN_MS });
        await tab(hub, 'conduct').click();

        // Who does not have the floor is not heard, is told so when talking, and presents nothing.
        await banner(lamBinh, 'unheard').getByText('Chưa được mời phát biểu').waitFor({ timeout: SEEN_MS });
        assert.equal(await lamBinh.control('share').count(), 0);
        await hub.tileOf(lamBinh).locator('[data-sound="muted"]').waitFor({ timeout: SEEN_MS });

        await lamBinh.control('microphone').click();
        await banner(lamBinh, 'complaint').getByText('Chưa được mời phát biểu').waitFor({ timeout: SEEN_MS });

        // Two points ask; each sees its place in the queue.
        await ask(commune, 'Kiến nghị về biên chế');
        await commune.control('hand').getByText('thứ 1').waitFor({ timeout: SEEN_MS });
        await ask(lamBinh, 'Hạ tầng công nghệ thông tin');
        await lamBinh.control('hand').getByText('thứ 2').waitFor({ timeout: SEEN_MS });

        // The first one speaks: on every stage, heard, with a time box that runs out and cuts nobody off.
        await desk.getByRole('button', { name: /^Mời .* phát biểu$/ }).first().click();
        await banner(commune, 'turn').waitFor({ timeout: SEEN_MS });
        await lamBinh.control('hand').getByText('thứ 1').waitFor({ timeout: SEEN_MS });
        await page.locator(`[data-stage] article[data-identity="${commune.identity}"] [data-mark="floor"]`).waitFor({ timeout: SEEN_MS });
        await commune.control('share').waitFor({ timeout: SEEN_MS });
        await desk.getByRole('button', { name: 'Mời dừng' }).click();
        await banner(commune, 'turn').waitFor({ state: 'detached', timeout: SEEN_MS });
        await conference.command({ do: 'give-floor', place: commune.identity, speaker: { name: 'Ma Thế Hồng' }, subject: '', seconds: 2 });
        await banner(commune, 'turn').getByText('quá giờ').waitFor({ timeout: SEEN_MS });
        await desk.getByText('quá giờ').waitFor({ timeout: SEEN_MS });
        await assertAccessible(commune.page, 'the hall of who has the floor');
        await banner(commune, 'turn').getByRole('button', { name: 'Đã phát biểu xong' }).click();
        await banner(commune, 'turn').waitFor({ state: 'detached', timeout: SEEN_MS });

        // The chair's spotlight is for all, a pin for oneself; both are seen to be different.
        await conference.command({ do: 'spotlight', place: commune.identity });
        await page.locator(`[data-stage] article[data-identity="${commune.identity}"] [data-mark="spotlight"]`).waitFor({ timeout: SEEN_MS });
        await lamBinh.pin(hub);
        assert.equal(await page.locator('[data-stage] [data-mark="pin"]').count(), 1);
        await page.locator('[data-stage]').getByRole('button', { name: 'Bỏ ghim' }).click();
        await page.locator(`[data-stage] article[data-identity="${commune.identity}"]`).waitFor();
        await conference.command({ do: 'spotlight', place: null });

        // The chair may ask for a microphone, and the point decides.
        await lamBinh.control('microphone').click();
        await conference.command({ do: 'ask-unmute', place: lamBinh.identity });
        await banner(lamBinh, 'unmute').getByRole('button', { name: 'Để sau' }).click({ timeout: SEEN_MS });
        await banner(lamBinh, 'unmute').waitFor({ state: 'detached' });

        // Words to all, and an announcement.
        await tab(hub, 'chat').click();
        await hub.page.getByLabel('Nhắn tới mọi người').fill('Đề nghị các điểm cầu điểm danh.');
        await hub.page.keyboard.press('Enter');
        await lamBinh.control('panel').getByText('1 tin mới').waitFor({ timeout: SEEN_MS, state: 'attached' });
        await conference.command({ do: 'announce', text: 'Nghỉ giải lao 10 phút' });
        await banner(lamBinh, 'announcement').getByText('Nghỉ giải lao').waitFor({ timeout: SEEN_MS });
        await lamBinh.control('panel').click();
        await tab(lamBinh, 'chat').click();
        await page.getByRole('log').getByText('Đề nghị các điểm cầu điểm danh.').waitFor();
        await assertAccessible(page, 'the hall with what is written');
        await screens(page, 'hall-chat', { both: true });

        // The agenda's document opens in the page.
        await tab(lamBinh, 'agenda').click();
        await page.getByRole('button', { name: 'Báo cáo số 312/BC-SNV' }).click();
        await page.getByRole('dialog').locator('iframe').waitFor();
        await page.keyboard.press('Escape');
        await assertAccessible(page, 'the hall with the agenda');

        // A vote by points.
        await conference.command({ do: 'open-vote', question: 'Thông qua Đề án', options: ['Tán thành', 'Không tán thành'], by: 'points' });
        await banner(lamBinh, 'vote').getByRole('button', { name: 'Biểu quyết' }).click({ timeout: SEEN_MS });
        await assertAccessible(page, 'the hall with a vote');
        await screens(page, 'hall-vote', { both: true });
        await page.getByTestId('panel').getByRole('button', { name: 'Tán thành', exact: true }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Bỏ phiếu' }).click();
        await page.getByText('Đã chọn: Tán thành').waitFor({ timeout: SEEN_MS });
        await banner(lamBinh, 'vote').waitFor({ state: 'detached' });
        await tab(hub, 'vote').click();
        await desk.getByText('Đã biểu quyết 1/').waitFor({ timeout: SEEN_MS });
        await screens(hub.page, 'hall-hub-vote');
        await conference.command({ do: 'close-vote', vote: 1 });
        await page.getByTestId('panel').getByText('1 phiếu (100%)').waitFor({ timeout: SEEN_MS });
        await tab(lamBinh, 'floor').click();
        await assertAccessible(page, 'the hall with the floor');
        await screens(page, 'hall-floor', { both: true });
        await tab(hub, 'conduct').click();
        await assertAccessible(hub.page, 'the hall with the desk in it');
        await screens(hub.page, 'hall-conduct', { both: true });
        await tab(hub, 'points').click();
        await assertAccessible(hub.page, 'the hall with the points');

        // The line of one point is cut for half a minute: nobody touches its page, and it has all that it had.
        wire.cut();
        for (const path of relay.paths) path.conditions = { loss: 1 };
        const cutMs = Date.now();
        await page.locator('[data-line="resuming"], [data-line="waiting"], [data-line="rejoining"]').waitFor({ timeout: BACK_MS });
        await assertAccessible(page, 'the hall without a line');
        await screens(page, 'hall-lost');
        await conference.command({ do: 'say', text: 'Lâm Bình đang mất kết nối.' });
        await pause(Math.max(0, cutMs + 30_000 - Date.now()));
        wire.mend();
        for (const path of relay.paths) path.conditions = {};
        await until('Lâm Bình is back', () => page.evaluate(() => /** @type {any} */ (window).__diemcau?.room.state === 'connected'), BACK_MS, () =>
          page.evaluate(() => document.body.innerText.slice(0, 600)),
        );
        await Promise.all([sees(lamBinh, hub), sees(hub, lamBinh)]);
        await lamBinh.control('hand').getByText('thứ 1').waitFor({ timeout: SEEN_MS });
        await tab(lamBinh, 'chat').click();
        await page.getByRole('log').getByText('Lâm Bình đang mất kết nối.').waitFor({ timeout: SEEN_MS });
        const line = lineOf(await conference.attendanceByButton(hub), lamBinh);
        assert.deepEqual([line.gaps, line.lastMs], [1, null], 'one interruption, and it is there');

        // On the wall: the stage alone.
        await page.keyboard.press('j');
        await until('nothing but the stage', async () => (await page.locator('footer').count()) === 0, SEEN_MS);
        await assertAccessible(page, 'the hall on a projector');
        await page.setViewportSize({ width: 1920, height: 1080 });
        await lamBinh.screenshot('hall-projector');
        await page.setViewportSize(LAPTOP);
        await page.keyboard.press('Escape');

        // The end for all.
        await tab(hub, 'conduct').click();
        await desk.getByRole('button', { name: 'Kết thúc…' }).click();
        await hub.page.getByRole('dialog').getByRole('button', { name: 'Kết thúc hội nghị' }).click({ timeout: SEEN_MS });
        for (const point of [hub, lamBinh, commune]) {
          await point.page.getByRole('heading', { name: 'Hội nghị đã kết thúc' }).waitFor({ timeout: SEEN_MS });
        }
        assert.equal((await conference.state()).phase, 'closed');
      } finally {
        await wire.stop();
        relay.stop();
      }
    },
    { config: CONFIG },
  );
});
