// Firefox as the system has it, with a made-up camera and microphone, spoken to by WebDriver BiDi.
import { accessSync, constants } from 'node:fs';
import { networkInterfaces } from 'node:os';
import path from 'node:path';

import puppeteer from 'puppeteer-core';

const NAMES = ['firefox-esr', 'firefox'];

/** @returns {string | null} the browser's path, if there is one */
export function findFirefox() {
  const given = process.env.FIREFOX;
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

/**
 * An address of this machine that is not its loopback: Firefox offers no way from there for media. What is sent to it stays
 * on the machine all the same.
 *
 * @returns {string | null}
 */
export function outerAddress() {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? null;
}

/** @returns {Promise<import('puppeteer-core').Browser>} */
export async function launchFirefox() {
  const executablePath = findFirefox();
  if (executablePath === null) throw new Error('no Firefox');
  return puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
      'media.autoplay.blocking_policy': 0,
      'intl.accept_languages': 'vi-VN, vi',
    },
  });
}
