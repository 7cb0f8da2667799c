// Setting a conference up, as an administrator does it: from the first link and a list of units to invitations on paper.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import { ARTEFACTS } from './harness/artefacts.mjs';
import { Office } from './harness/office.mjs';
import { delegatesOfTuyenQuang, unitsOfTuyenQuang } from './harness/tuyenQuang.mjs';

const SEEN_MS = 20_000;
const TITLE = 'Hội nghị triển khai Nghị quyết 76/NQ-CP';

test('a conference is made of a template and of whole branches, and published', { timeout: 480_000 }, async () => {
  await Office.open('setup', async (office) => {
    const { page } = office;
    await office.settle();
    await fillDirectory(office);
    await page.getByRole('link', { name: 'Hội nghị', exact: true }).click();
    await page.getByRole('heading', { name: 'Hội nghị', exact: true }).waitFor();
    await page.getByRole('row', { name: /Hội nghị trực tuyến toàn tỉnh.*Đã công bố/ }).waitFor();
    await office.look('meetings');

    // Without a name there is nothing to make.
    await page.getByRole('button', { name: 'Tạo hội nghị' }).click();
    const create = page.getByRole('dialog', { name: 'Tạo hội nghị' });
    await create.getByLabel('Bắt đầu từ').selectOption({ label: 'Hội nghị triển khai văn bản' });
    await create.getByRole('button', { name: 'Tạo và chuẩn bị' }).click();
    await create.getByText('Hãy điền đủ các mục trên.').waitFor();
    await create.getByLabel('Tên hội nghị').fill(TITLE);
    await office.look('create');
    await create.getByRole('button', { name: 'Tạo và chuẩn bị' }).click();

    // The facts, and a page that is not left by mistake.
    await page.getByRole('heading', { name: TITLE }).waitFor({ timeout: SEEN_MS });
    await page.getByLabel('Số giấy mời').fill('125/GM-UBND');
    const chair = page.getByRole('group', { name: 'Chủ trì' });
    await chair.getByLabel('Họ và tên').fill('Nguyễn Văn A');
    await chair.getByLabel('Chức vụ').fill('Chủ tịch UBND tỉnh');
    const technician = page.getByRole('group', { name: 'Cán bộ kỹ thuật' });
    await technician.getByLabel('Họ và tên').fill('Vũ Văn E');
    await technician.getByLabel('Điện thoại').fill('0207 3822 000');
    await page.getByText('Có thay đổi chưa lưu').waitFor();
    await page.getByRole('link', { name: 'Danh bạ điểm cầu' }).click();
    const leaving = page.getByRole('dialog', { name: 'Có thay đổi chưa lưu' });
    await leaving.getByRole('button', { name: 'Hủy bỏ' }).click();
    await page.goBack();
    await leaving.getByRole('button', { name: 'Hủy bỏ' }).click();
    assert.equal(await page.getByLabel('Số giấy mời').inputValue(), '125/GM-UBND');
    await office.look('plan-facts');

    // Whole branches by one tick each, by the keys alone.
    const steps = page.getByRole('navigation', { name: 'Các bước chuẩn bị' });
    await steps.getByRole('link', { name: /Điểm cầu/ }).click();
    await page.getByRole('button', { name: 'Chọn từ danh bạ' }).click();
    const pick = page.getByRole('dialog', { name: 'Chọn điểm cầu từ danh bạ' });
    await pick.getByLabel('Tìm điểm cầu').fill('lam binh');
    await page.keyboard.press('Tab');
    while (!(await pick.getByRole('row', { name: 'Tỉnh Tuyên Quang' }).evaluate((row) => row === document.activeElement))) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await pick.getByText(/^12 điểm cầu/).waitFor({ timeout: SEEN_MS }).catch(async (error) => {
      throw new Error(`${error}: ${await pick.getByRole('status').innerText()}`);
    });
    await pick.getByLabel('Tìm điểm cầu').fill('');
    await office.look('plan-pick');
    await pick.getByRole('button', { name: 'Đưa vào hội nghị' }).click();
    await page.getByText('12 điểm cầu đã chọn').waitFor();

    // A point goes with all below it, and comes back.
    await page.getByRole('button', { name: 'Bỏ điểm cầu Huyện Lâm Bình' }).click();
    await page.getByText('1 điểm cầu đã chọn').waitFor();
    await page.getByRole('button', { name: 'Hoàn tác' }).last().click();
    await page.getByText('12 điểm cầu đã chọn').waitFor();
    await page.getByRole('button', { name: 'Sửa điểm cầu Huyện Lâm Bình' }).click();
    await page.getByRole('dialog').getByLabel('Phòng họp').fill('Phòng họp số 2');
    await page.getByRole('dialog').getByRole('button', { name: 'Xong' }).click();
    await page.getByRole('gridcell', { name: 'Phòng họp số 2' }).waitFor();
    await office.look('plan-points');

    await steps.getByRole('link', { name: /Đại biểu/ }).click();
    await page.getByRole('button', { name: 'Thêm đại biểu' }).click();
    const adding = page.getByRole('dialog', { name: 'Thêm đại biểu' });
    await adding.getByLabel('Họ và tên').fill('Chẩu Thị F');
    await adding.getByLabel('Chức vụ').fill('Bí thư Đảng ủy xã');
    await adding.getByLabel('Đơn vị').fill('thuong lam');
    await page.getByRole('option', { name: /Xã Thượng Lâm/ }).click();
    await office.look('plan-delegate');
    await adding.getByRole('button', { name: 'Ghi vào danh sách' }).click();
    await page.getByLabel('Tìm đại biểu').fill('chau thi f');
    await page.getByRole('row', { name: 'Chẩu Thị F' }).getByText('Xã Thượng Lâm').first().waitFor();
    await page.getByLabel('Tìm đại biểu').fill('');
    await office.look('plan-delegates');

    await steps.getByRole('link', { name: /Chương trình/ }).click();
    await page.getByRole('button', { name: 'Thêm nội dung' }).click();
    await page.keyboard.type('Ký giao ước thi đua');
    await page.getByRole('button', { name: 'Đưa “Ký giao ước thi đua” lên' }).click();
    await page.getByRole('button', { name: 'Thêm tài liệu' }).nth(2).click();
    await page.getByLabel('Tên tài liệu').fill('Nghị quyết 76/NQ-CP');
    await page.getByLabel('Đường dẫn').fill('example.vn');
    await page.getByText('Đường dẫn phải bắt đầu bằng http:// hoặc https://.').waitFor();
    await page.getByText('Hãy sửa các lỗi trước khi lưu.').waitFor();
    await page.getByLabel('Đường dẫn').fill('https://example.vn/76.pdf');
    await office.look('plan-agenda');

    await steps.getByRole('link', { name: /Quy định/ }).click();
    await page.getByLabel('Hội nghị cần số có mặt tối thiểu').check();
    await page.getByLabel('Tỷ lệ tối thiểu (%)').fill('60');
    await office.look('plan-rules');

    // Kept, and another person's change is not lost by it.
    await page.getByRole('button', { name: 'Lưu', exact: true }).click();
    await page.getByText('Mọi thay đổi đã được lưu').waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByLabel('Tính là đến muộn').fill('20');
    await other.getByRole('button', { name: 'Lưu', exact: true }).click();
    await other.getByText('Mọi thay đổi đã được lưu').waitFor();
    await other.close();
    await page.getByLabel('Tỷ lệ tối thiểu (%)').fill('70');
    await page.getByRole('button', { name: 'Lưu', exact: true }).click();
    const conflict = page.getByRole('dialog', { name: 'Đã có người khác sửa hội nghị này' });
    await conflict.getByRole('button', { name: 'Xem bản của họ' }).click();
    await conflict.waitFor({ state: 'hidden' });
    assert.equal(await page.getByLabel('Tính là đến muộn').inputValue(), '20');

    await steps.getByRole('link', { name: /Kiểm tra, công bố/ }).click();
    await page.getByText('Hội nghị đã sẵn sàng để công bố').waitFor();
    await office.look('plan-review');
    await page.getByRole('button', { name: 'Công bố hội nghị' }).click();
    await page.getByText('Đã công bố hội nghị.').waitFor();
    await page.getByRole('button', { name: 'Rút lại công bố' }).waitFor();

    // Whoever is invited gets a code of their own, shown once, on a page of paper each.
    await page.getByRole('link', { name: 'Cấp giấy mời' }).click();
    await page.getByLabel(/Kèm mã QR/).check();
    await page.getByRole('button', { name: 'Cấp cho 15 nơi chưa có' }).click();
    await page.getByText('Đã cấp 15 giấy mời.').waitFor({ timeout: SEEN_MS });
    await page.getByRole('row', { name: 'Chủ trì: Nguyễn Văn A' }).getByText(/^Đã cấp/).waitFor();
    await office.look('invites');
    await page.getByRole('button', { name: 'Xem và in 15 giấy mời' }).click();
    const sheet = page.getByRole('article', { name: 'Xã Phúc Yên' });
    await sheet.getByText('0207 3822 000').waitFor();
    await sheet.getByRole('img', { name: 'Mã QR vào hội nghị: Xã Phúc Yên' }).waitFor();
    assert.equal(await page.getByRole('article').count(), 15);
    await office.look('invites-sheets');
    await page.emulateMedia({ media: 'print' });
    const paper = await page.pdf({ path: path.join(ARTEFACTS, 'invites.pdf'), format: 'A4', preferCSSPageSize: true });
    await page.emulateMedia({ media: null });
    assert.equal(paper.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length, 15, 'a page for each place');
    const link = (await sheet.getByText(/\/j#/).first().innerText()).trim();
    const chairs = await page.getByRole('article', { name: 'Chủ trì: Nguyễn Văn A' }).getByText(/\/j#/).innerText();
    await page.getByRole('button', { name: 'Trở lại' }).click();

    // The code opens its place, until it is revoked.
    const visitor = await (await office.browser.newContext({ locale: 'vi-VN' })).newPage();
    await visitor.goto(link);
    await visitor.getByText('Xã Phúc Yên').first().waitFor({ timeout: SEEN_MS });
    await page.getByLabel('Tìm nơi tham dự').fill('phuc yen');
    await page.getByRole('button', { name: 'Thu hồi giấy mời: Xã Phúc Yên' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Thu hồi' }).click();
    await page.getByRole('row', { name: 'Xã Phúc Yên' }).getByText(/^Đã thu hồi/).waitFor();
    const late = await (await office.browser.newContext({ locale: 'vi-VN' })).newPage();
    await late.goto(link);
    await late.getByText(/không đúng|không còn|không dùng được/).first().waitFor({ timeout: SEEN_MS });
    await page.getByRole('button', { name: 'Cấp giấy mời: Xã Phúc Yên' }).click();
    await page.getByText('Đã cấp 1 giấy mời.').waitFor();

    // Codes are not left behind by mistake.
    await page.getByRole('link', { name: 'Hội nghị', exact: true }).click();
    await page.getByRole('dialog', { name: 'Mã vừa cấp sẽ không hiện lại' }).getByRole('button', { name: 'Rời trang' }).click();

    // A rehearsal of it, from the list.
    await page.getByRole('row', { name: new RegExp(`${TITLE}.*Đã công bố`) }).waitFor();
    await page.getByRole('button', { name: `Diễn tập: ${TITLE}` }).click();
    await page.getByLabel('Thời gian diễn tập').waitFor();
    await office.look('rehearsal');
    await page.getByRole('dialog').getByRole('button', { name: 'Diễn tập' }).click();
    await page.getByRole('row', { name: new RegExp(`Diễn tập: ${TITLE}.*Bản nháp`) }).waitFor();

    // Next month's is a copy of the last one, with the same points and people.
    await page.getByRole('button', { name: `Sao chép: ${TITLE}` }).click();
    await create.getByLabel('Tên hội nghị').fill('Hội nghị giao ban tháng 12');
    await office.look('copy');
    await create.getByRole('button', { name: 'Tạo và chuẩn bị' }).click();
    await page.getByRole('heading', { name: 'Hội nghị giao ban tháng 12' }).waitFor({ timeout: SEEN_MS });
    assert.equal(await page.getByLabel('Số giấy mời').inputValue(), '', 'a letter has a number of its own');
    await steps.getByRole('link', { name: /Kiểm tra, công bố/ }).click();
    await page.getByText('7 nội dung, 160 phút').waitFor();

    // An empty one has nothing but its hub, which is worth a look and no fault.
    await page.getByRole('link', { name: 'Hội nghị', exact: true }).click();
    await page.getByRole('button', { name: 'Tạo hội nghị' }).click();
    await create.getByLabel('Tên hội nghị').fill('Họp đột xuất');
    await create.getByRole('button', { name: 'Tạo và chuẩn bị' }).click();
    await page.getByRole('heading', { name: 'Họp đột xuất' }).waitFor({ timeout: SEEN_MS });
    await steps.getByRole('link', { name: /Kiểm tra, công bố/ }).click();
    await page.getByText('Mới chỉ có điểm cầu trung tâm.').waitFor();
    await office.look('plan-review-empty');

    // What is over is there to be read, and is not changed any more.
    await page.getByRole('link', { name: 'Hội nghị', exact: true }).click();
    await command(office, chairs, 'begin-line-check');
    await command(office, chairs, 'close');
    await page.getByRole('link', { name: TITLE, exact: true }).click();
    await page.getByText('Hội nghị đã kết thúc: kế hoạch không sửa được nữa.').waitFor();
    assert.ok(await page.getByLabel('Số giấy mời').isDisabled());
    await office.look('plan-closed');

    await office.goto('/setup/meetings/khong-co/facts');
    await page.getByRole('button', { name: 'Thử lại' }).waitFor();
    await office.look('plan-unknown');
  });
});

/**
 * The province's units and delegates from files, into a directory with nothing in use; one row is wrong at first.
 *
 * @param {Office} office
 */
async function fillDirectory({ page }) {
  await page.getByRole('link', { name: 'Danh bạ điểm cầu' }).click();
  await page.getByRole('button', { name: 'Ngừng dùng', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Ngừng dùng' }).click();
  await page.getByText('Danh bạ còn trống').waitFor({ timeout: SEEN_MS });
  await page.getByRole('button', { name: 'Nhập từ tệp' }).click();
  const dialog = page.getByRole('dialog', { name: 'Nhập danh bạ từ tệp' });
  const take = dialog.getByRole('button', { name: 'Ghi vào danh bạ' });
  const done = page.getByRole('dialog', { name: 'Đã nhập tệp vào danh bạ' });
  const choose = (/** @type {string} */ name, /** @type {string} */ text) =>
    dialog.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
  const units = await unitsOfTuyenQuang();
  await choose('don-vi.csv', units.replace('\n071,08,Huyện,', '\n071,8,Huyện,'));
  await dialog.getByRole('row', { name: /Mã cấp trên không có đơn vị 8/ }).waitFor({ timeout: SEEN_MS });
  assert.ok(await take.isDisabled());
  await choose('don-vi.csv', units);
  await dialog.getByText('146 dùng lại.').waitFor({ timeout: SEEN_MS });
  await take.click();
  await done.getByRole('button', { name: 'Nhập tệp khác' }).click();
  await dialog.getByLabel('Tệp liệt kê').selectOption({ label: 'Đại biểu' });
  await choose('dai-bieu.csv', await delegatesOfTuyenQuang());
  await take.click({ timeout: SEEN_MS });
  await done.getByRole('button', { name: 'Đóng' }).click();
}

/**
 * Asks something of the meeting as whoever has a link, without any page.
 *
 * @param {Office} office
 * @param {string} link
 * @param {string} what
 */
async function command({ server }, link, what) {
  const post = (/** @type {string} */ path, /** @type {object} */ body, /** @type {Record<string, string>} */ headers = {}) =>
    fetch(`${server.origin}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const joined = await post('join', { code: link.trim().split('#')[1] });
  const { token, meeting } = await joined.json();
  const done = await post(`meetings/${meeting.id}/commands`, { do: what }, { authorization: `Bearer ${token}` });
  assert.ok(done.ok, `${what}: ${done.status} ${await done.text()}`);
}
