// An administrator's browser: a server without a conference under way, one page, and what is looked at on every page.
import assert from 'node:assert/strict';
import path from 'node:path';

import { assertAccessible } from './accessibility.mjs';
import { ARTEFACTS } from './artefacts.mjs';
import { launchBrowser } from './browser.mjs';
import { Server } from './server.mjs';

export const PASSWORD = 'mot hai ba bon nam';

/** What a page may be looked at on: a laptop, a phone, a projector. */
const SCREENS = {
  laptop: { width: 1366, height: 768 },
  phone: { width: 390, height: 844 },
  projector: { width: 1920, height: 1080 },
};

export class Office {
  /**
   * @param {Server} server
   * @param {import('playwright-core').Browser} browser
   * @param {import('playwright-core').Page} page
   */
  constructor(server, browser, page) {
    this.server = server;
    this.browser = browser;
    this.page = page;
    /** @type {string[]} what the page complained of by itself */
    this.complaints = [];
    page.on('pageerror', (error) => this.complaints.push(`${error}`));
    page.on('console', (message) => {
      const text = message.text();
      // Whether somebody is signed in is asked, and may be denied; other refusals are asked for by the tests.
      if (message.type() === 'error' && !text.includes('the server responded with a status of 4')) this.complaints.push(text);
    });
  }

  /**
   * Runs `body` with an administrator's page; whatever happens, nothing is left running.
   *
   * @param {string} name
   * @param {(office: Office) => Promise<void>} body
   */
  static async open(name, body) {
    const server = await Server.start(name);
    try {
      const browser = await launchBrowser();
      try {
        const context = await browser.newContext({ locale: 'vi-VN', viewport: SCREENS.laptop, acceptDownloads: true });
        const office = new Office(server, browser, await context.newPage());
        try {
          await body(office);
        } catch (error) {
          await office.page.screenshot({ path: path.join(ARTEFACTS, `${name}-failed.png`), fullPage: true });
          throw error;
        }
        assert.deepEqual(office.complaints, [], 'what the page complained of');
      } finally {
        await browser.close();
      }
    } finally {
      await server.stop();
    }
  }

  /** @param {string} address */
  async goto(address) {
    await this.page.goto(new URL(address, this.server.origin).href);
  }

  /** Becomes the first administrator by the link that the server printed. */
  async settle(name = 'quantri') {
    await this.goto(this.server.firstAdministrator);
    await this.page.getByLabel('Tên đăng nhập').fill(name);
    await this.page.getByLabel('Mật khẩu mới').fill(PASSWORD);
    await this.page.getByRole('button', { name: 'Đặt mật khẩu và vào' }).click();
    await this.page.waitForURL('**/setup/meetings');
  }

  /**
   * Sees to it that nothing on the page is wrong for anybody, and keeps pictures of it in both languages.
   *
   * @param {string} name of the pictures
   */
  async look(name) {
    const { page } = this;
    await assertAccessible(page, name);
    // A picture of colours in transition would be of neither look.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const language of ['vi', 'en']) {
      if (language === 'en') await this.#speak('en');
      for (const [screen, size] of Object.entries(SCREENS)) {
        await page.setViewportSize(size);
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        await page.screenshot({ path: path.join(ARTEFACTS, `${name}-${language}-${screen}.png`), fullPage: screen === 'phone' });
      }
    }
    await this.#speak('vi');
    await page.setViewportSize(SCREENS.laptop);
  }

  /**
   * By the script, for what is behind an open dialog takes no clicks.
   *
   * @param {'vi' | 'en'} language
   */
  async #speak(language) {
    await this.page.locator(`button[lang="${language}"]`).dispatchEvent('click');
  }
}
