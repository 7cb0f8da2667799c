// What axe-core finds wrong on a page, as a person sees it: by day and by night, on a screen and on a phone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const SOURCE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const SIZES = [
  { width: 1366, height: 768 },
  { width: 390, height: 844 },
];
const SCHEMES = /** @type {const} */ (['light', 'dark']);
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * @param {import('playwright-core').Page} page
 * @param {string} name what is looked at, for the message
 */
export async function assertAccessible(page, name) {
  const sizeBefore = page.viewportSize();
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of SCHEMES) {
      // Without motion: a colour in transition has whatever contrast it has.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      const found = await violations(page);
      assert.deepEqual(found, [], `${name}, ${size.width} wide, ${colorScheme}`);
    }
    const { scrollWidth, clientWidth } = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return { scrollWidth, clientWidth };
    });
    assert.ok(scrollWidth <= clientWidth, `${name}: ${scrollWidth} px wide on a screen of ${clientWidth} px`);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  if (sizeBefore) await page.setViewportSize(sizeBefore);
}

/**
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string[]>} a line for each rule broken at an element
 */
async function violations(page) {
  // Not as a script element: the page's own policy lets none in.
  await page.evaluate(`window.axe ?? (() => { ${SOURCE} })()`);
  return page.evaluate(async (tags) => {
    const { axe } = /** @type {any} */ (window);
    const result = await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
    return result.violations.flatMap((/** @type {any} */ rule) =>
      rule.nodes.map((/** @type {any} */ node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`),
    );
  }, TAGS);
}
