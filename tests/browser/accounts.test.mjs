// Administrators: the first comes by the link that the server prints, the others by one another's.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Office, PASSWORD } from './harness/office.mjs';

const SEEN_MS = 20_000;

test('the first administrator comes by a link, and the next one by theirs', { timeout: 240_000 }, async () => {
  await Office.open('accounts', async (office) => {
    const { page, server } = office;
    const link = server.firstAdministrator;
    await office.goto(link);
    await page.getByLabel('Mật khẩu mới').waitFor();
    assert.equal(new URL(page.url()).hash, '', 'the code does not stay in the address bar');
    await page.getByLabel('Mật khẩu mới').fill('ngan');
    await page.keyboard.press('Enter');
    await page.getByText('Mật khẩu cần ít nhất 10 ký tự.').waitFor();
    await office.look('welcome');
    await office.settle();

    // The link is used up, for whoever finds it.
    const stranger = await (await office.browser.newContext({ locale: 'vi-VN' })).newPage();
    await stranger.goto(link);
    await stranger.getByRole('heading', { name: 'Chưa thực hiện được' }).waitFor();
    await stranger.goto(`${server.origin}/setup/administrators`);
    await stranger.getByRole('heading', { name: 'Đăng nhập quản trị' }).waitFor();
    await stranger.getByLabel('Tên đăng nhập').fill('QuanTri');
    await stranger.getByLabel('Mật khẩu', { exact: true }).fill('not the password');
    await stranger.keyboard.press('Enter');
    await stranger.getByText('Tên đăng nhập hoặc mật khẩu không đúng.').waitFor();
    await stranger.getByLabel('Mật khẩu', { exact: true }).fill(PASSWORD);
    await stranger.keyboard.press('Enter');
    await stranger.getByRole('heading', { name: 'Quản trị', exact: true }).waitFor();

    await page.getByRole('link', { name: 'Quản trị', exact: true }).click();
    await page.getByRole('button', { name: 'Thêm quản trị' }).click();
    await page.getByRole('dialog').getByLabel('Tên đăng nhập').fill('Thư ký Hà');
    await page.getByRole('button', { name: 'Cấp đường dẫn', exact: true }).click();
    const shown = page.getByRole('dialog', { name: 'Đường dẫn cho Thư ký Hà' });
    const next = (await shown.getByText('/a#').innerText()).trim();
    await shown.getByRole('button', { name: 'Đóng' }).click();
    await page.getByRole('row', { name: /Thư ký Hà.*Chưa đặt mật khẩu/ }).waitFor();
    await office.look('administrators');

    // A reload, and another visit: still signed in. Signed out: no more.
    await page.reload();
    await page.getByText('Đang đăng nhập: quantri').waitFor();
    await page.getByRole('link', { name: 'Tài khoản' }).click();
    await page.getByRole('heading', { name: 'Đổi mật khẩu' }).waitFor();
    await office.look('account');
    await page.getByRole('button', { name: 'Đăng xuất' }).click();
    await page.getByRole('heading', { name: 'Đăng nhập quản trị' }).waitFor();
    await office.look('sign-in');

    await office.goto(next);
    await page.getByText('Mật khẩu này dành cho quản trị Thư ký Hà.').waitFor({ timeout: SEEN_MS });
    await page.getByLabel('Mật khẩu mới').fill('mật khẩu của Hà');
    await page.keyboard.press('Enter');
    await page.getByText('Đang đăng nhập: Thư ký Hà').waitFor();

    // Whoever is revoked is out at once, on every page that is open; what was on it stays to be read.
    await page.getByRole('link', { name: 'Quản trị', exact: true }).click();
    await page.getByRole('button', { name: 'Thu hồi quyền: quantri' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Thu hồi quyền' }).click();
    await page.getByText('Đã thu hồi quyền của quantri.').waitFor();
    await stranger.getByRole('button', { name: 'Cấp đường dẫn đặt lại mật khẩu: quantri' }).click();
    await stranger.getByRole('dialog', { name: 'Phiên làm việc đã hết' }).waitFor();
  });
});
