// Chromium with a made-up camera and microphone.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Three publishers of three layers each encode on one machine: fewer frames leave time for all of them.
  '--use-fake-device-for-media-stream=fps=15',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
];

/** @returns {string | null} the browser's path, if there is one */
export function findBrowser() {
  const given = process.env.CHROMIUM;
  if (given) return given;
  const places = (process.env.PATH ?? '').split(path.delimiter);
  for (const file of NAMES.flatMap((name) => places.map((place) => path.join(place, name)))) {
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not there: the next one.
    }
  }
  return null;
}

/** @returns {Promise<import('playwright-core').Browser>} */
export async function launchBrowser() {
  const executablePath = findBrowser();
  if (executablePath === null) throw new Error('no Chromium: run these tests with run.mjs');
  return chromium.launch({ executablePath, args: ARGS });
}
