// Runs the browser tests one file after the other; says `skipped` and ends with 77 where no browser is to be had.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';

import { findBrowser } from './harness/browser.mjs';

/** The exit code that means "not run": neither a success nor a failure. */
const SKIPPED = 77;

const here = new URL('.', import.meta.url);
if (findBrowser() === null) {
  console.log('skipped: no Chromium found (set CHROMIUM to its path, or install the package chromium)');
  process.exit(SKIPPED);
}

const chosen = process.argv.slice(2);
const files = readdirSync(here)
  .filter((name) => name.endsWith('.test.mjs'))
  .filter((name) => chosen.length === 0 || chosen.some((part) => name.includes(part)))
  .sort();
// One at a time: each fills a small machine with video encoders.
const child = spawn(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files], {
  cwd: here,
  stdio: 'inherit',
});
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
