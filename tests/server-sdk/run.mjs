// Runs the tests of LiveKit's server SDK for Node.js; says `skipped` and ends with 77 where there is no native client for
// this machine.
import { spawn } from 'node:child_process';

/** The exit code that means "not run": neither a success nor a failure. */
const SKIPPED = 77;

try {
  const { dispose } = await import('@livekit/rtc-node');
  await dispose();
} catch (error) {
  console.log(`skipped: no native client on this machine (${error})`);
  process.exit(SKIPPED);
}

const child = spawn(process.execPath, ['--test', '--test-reporter=spec', 'server-sdk.test.mjs'], {
  cwd: new URL('.', import.meta.url),
  stdio: 'inherit',
});
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
