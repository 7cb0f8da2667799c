// Screenshots of a page as people have it: on a desk, on a phone, on a wall.
import path from 'node:path';

import { ARTEFACTS } from './artefacts.mjs';

const SCREENS = /** @type {const} */ ([
  ['desk', 1366, 768],
  ['phone', 390, 844],
  ['projector', 1920, 1080],
]);

/**
 * Takes the page on every screen, in the language that it speaks, or in both.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} name
 * @param {{ both?: boolean }} [options]
 */
export async function screens(page, name, { both = false } = {}) {
  const before = page.viewportSize();
  // Nothing is caught between two looks.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const language of both ? ['vi', 'en'] : ['vi']) {
    if (language === 'en') await page.getByRole('button', { name: 'English' }).click();
    for (const [screen, width, height] of SCREENS) {
      await page.setViewportSize({ width, height });
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      await page.screenshot({ path: path.join(ARTEFACTS, `${name}-${screen}-${language}.png`) });
    }
    if (before) await page.setViewportSize(before);
  }
  await page.emulateMedia({ reducedMotion: null });
  if (both) await page.getByRole('button', { name: 'Tiếng Việt' }).click();
}
