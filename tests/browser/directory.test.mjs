// The directory: looked at and edited by hand, and taken from files, which are put right before they change anything.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { Office } from './harness/office.mjs';
import { unitsOfTuyenQuang, delegatesOfTuyenQuang } from './harness/tuyenQuang.mjs';

const SEEN_MS = 20_000;

test('the directory is edited by hand, each change with its way back', { timeout: 480_000 }, async () => {
  await Office.open('directory', async (office) => {
    const { page } = office;
    await office.settle();
    await page.getByRole('link', { name: 'Danh bạ điểm cầu' }).click();
    await page.getByText(/^146 đơn vị, \d+ đại biểu đang dùng/).waitFor({ timeout: SEEN_MS });
    await page.getByLabel('Tìm đơn vị').fill('lam binh');
    await page.getByRole('row', { name: /^Huyện Lâm Bình/ }).click();
    const pane = page.getByRole('region', { name: 'Huyện Lâm Bình' });
    await pane.getByText('Tỉnh Tuyên Quang', { exact: true }).waitFor();
    await pane.getByRole('heading', { name: 'Đại biểu (3)' }).waitFor();
    await office.look('directory');

    await pane.getByRole('button', { name: 'Thêm đại biểu' }).click();
    const person = page.getByRole('dialog', { name: 'Thêm đại biểu' });
    await person.getByLabel('Họ và tên').fill('Chẩu Thị F');
    await person.getByLabel('Chức vụ').fill('Phó Chủ tịch UBND huyện');
    await office.look('directory-delegate');
    await person.getByRole('button', { name: 'Lưu' }).click();
    await pane.getByRole('heading', { name: 'Đại biểu (4)' }).waitFor();
    await pane.getByRole('button', { name: 'Ngừng dùng Chẩu Thị F' }).click();
    await pane.getByRole('heading', { name: 'Đại biểu (3)' }).waitFor();
    await page.getByRole('button', { name: 'Hoàn tác' }).last().click();
    await pane.getByRole('heading', { name: 'Đại biểu (4)' }).waitFor();

    // A code that is taken is refused, and nothing that was filled in is lost.
    await pane.getByRole('button', { name: 'Thêm đơn vị bên dưới' }).click();
    const added = page.getByRole('dialog', { name: 'Thêm đơn vị' });
    await added.getByLabel('Mã').fill('071');
    await added.getByLabel('Tên').fill('Xã Mới');
    await added.getByLabel('Cấp', { exact: true }).fill('Xã');
    await added.getByRole('button', { name: 'Lưu' }).click();
    await added.getByRole('alert').waitFor();
    await office.look('directory-unit');
    await added.getByLabel('Mã').fill('02999');
    await added.getByRole('button', { name: 'Lưu' }).click();
    await page.getByRole('region', { name: 'Xã Mới' }).waitFor();
    await page.getByText(/^147 đơn vị/).waitFor();

    // A branch goes with all below it, and comes back with all of it.
    await page.getByRole('row', { name: /^Huyện Lâm Bình/ }).click();
    await pane.getByRole('button', { name: 'Ngừng dùng', exact: true }).click();
    await page.getByRole('dialog').getByText(/^11 đơn vị bên dưới/).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Ngừng dùng' }).click();
    await page.getByText(/^135 đơn vị/).waitFor();
    await page.getByRole('button', { name: 'Hoàn tác' }).last().click();
    await page.getByText(/^147 đơn vị/).waitFor();

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Xuất ra tệp' }).click();
    await office.look('directory-export');
    await page.getByRole('button', { name: 'Đại biểu (CSV)' }).click();
    const file = await download;
    assert.equal(file.suggestedFilename(), 'delegates.csv');
    const text = await readFile(await file.path(), 'utf8');
    assert.match(text, /^\uFEFF?Mã đại biểu,Họ tên,Chức vụ,Mã đơn vị/);
    assert.match(text, /Chẩu Thị F,Phó Chủ tịch UBND huyện,071/);

    await page.getByRole('button', { name: 'Lịch sử thay đổi' }).click();
    await page.getByRole('dialog').getByText('quantri').first().waitFor();
    await office.look('directory-history');
  });
});

test('a file changes the directory when it has no faults and somebody says so, and can be undone', { timeout: 480_000 }, async () => {
  await Office.open('directory-import', async (office) => {
    const { page } = office;
    await office.settle();
    await page.getByRole('link', { name: 'Danh bạ điểm cầu' }).click();
    await page.getByRole('button', { name: 'Ngừng dùng', exact: true }).click({ timeout: SEEN_MS });
    await page.getByRole('dialog').getByText(/^145 đơn vị bên dưới/).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Ngừng dùng' }).click();
    await page.getByText('Danh bạ còn trống').waitFor();
    await office.look('directory-empty');

    const units = await unitsOfTuyenQuang();
    const faulty = `${units}02998,0711,Xã,Xã Nhầm,\n`;
    await page.getByRole('button', { name: 'Nhập từ tệp' }).click();
    const dialog = page.getByRole('dialog', { name: 'Nhập danh bạ từ tệp' });
    const choose = (/** @type {string} */ name, /** @type {string} */ text) =>
      dialog.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
    await choose('tuyen-quang.csv', faulty);
    await dialog.getByText('Tệp có 1 lỗi').waitFor({ timeout: SEEN_MS });
    await dialog.getByRole('row', { name: '148 Mã cấp trên không có đơn vị 0711' }).waitFor();
    assert.ok(await dialog.getByRole('button', { name: 'Ghi vào danh bạ' }).isDisabled());
    await office.look('directory-faults');

    await choose('tuyen-quang.csv', units);
    await dialog.getByText('146 dùng lại.').waitFor({ timeout: SEEN_MS });
    await office.look('directory-preview');
    await dialog.getByRole('button', { name: 'Ghi vào danh bạ' }).click();
    const done = page.getByRole('dialog', { name: 'Đã nhập tệp vào danh bạ' });
    await done.getByText('146 dùng lại').waitFor();
    await office.look('directory-done');
    await done.getByRole('button', { name: 'Hoàn tác việc nhập' }).click();
    await page.getByText('Danh bạ còn trống').waitFor();

    await page.getByRole('button', { name: 'Nhập từ tệp' }).click();
    await choose('tuyen-quang.csv', units);
    await dialog.getByRole('button', { name: 'Ghi vào danh bạ' }).click({ timeout: SEEN_MS });
    await done.getByRole('button', { name: 'Nhập tệp khác' }).click();
    await dialog.getByLabel('Tệp liệt kê').selectOption({ label: 'Đại biểu' });
    await choose('dai-bieu.csv', await delegatesOfTuyenQuang());
    await dialog.getByRole('button', { name: 'Ghi vào danh bạ' }).click({ timeout: SEEN_MS });
    await done.getByRole('button', { name: 'Đóng' }).click();
    await page.getByText(/^146 đơn vị, [1-9]\d* đại biểu đang dùng/).waitFor();
  });
});
