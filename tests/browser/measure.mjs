// Measures how long a point that joins waits for the hub's picture: `npm run measure -- [joins]`.
import { cpus, loadavg } from 'node:os';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { ARTEFACTS } from './harness/artefacts.mjs';
import { Conference } from './harness/conference.mjs';
import { binary } from './harness/server.mjs';
import { STEPS, stepsOf, watchJoins } from './harness/timeline.mjs';
import { until } from './harness/wait.mjs';

/** @typedef {import('./harness/timeline.mjs').Step} Step */
/** @typedef {Record<Step, number>} Steps */

const FRAME_MS = 20_000;
const joins = Number(process.argv[2] ?? 10);
if (!Number.isInteger(joins) || joins < 1) throw new Error('usage: measure.mjs [how many joins]');

/** What is told of each join, in ms. */
const SPANS = /** @type {const} */ ([
  ['click to first picture', 'click', 'frame'],
  ['connect to first picture', 'connect', 'frame'],
  ['  click to connect', 'click', 'connect'],
  ['  connect to signalling open', 'connect', 'signal'],
  // The handshake begins with the first pair that answers, often before the browser calls ICE connected.
  ['  ICE and DTLS', 'checking', 'dtls'],
  ['  connect to media transport up', 'connect', 'dtls'],
  ['  media transport up to subscribed', 'dtls', 'subscribed'],
  ['  subscribed to first picture', 'subscribed', 'frame'],
]);

/** @type {Steps[]} */
const measured = [];
const build = (await binary('release').catch(() => null)) === null ? 'debug' : 'release';
const loadBefore = loadavg()[0];
await Conference.hold(
  'measure',
  async (conference) => {
    const hub = await conference.join(conference.hubInvite, { camera: 'full' });
    await until('the hub sends', async () => Object.values(await hub.outbound()).some((layer) => layer.packetsSent > 0), FRAME_MS);
    for (let join = 0; join <= joins; join++) {
      const point = await conference.open(conference.lamBinhInvite, {
        camera: 'full',
        viewport: { width: 1366, height: 768 },
        prepare: (context) => watchJoins(context, hub.identity),
      });
      await point.enter();
      const steps = await until(
        'the first picture of the hub',
        async () => {
          const now = await stepsOf(point.page);
          return STEPS.every((step) => now[step] !== undefined) ? /** @type {Steps} */ (now) : null;
        },
        FRAME_MS,
        () => stepsOf(point.page),
      );
      // The first join fills caches, the server's and the machine's.
      if (join > 0) measured.push(steps);
      await point.leave();
      await point.close();
    }
  },
  { build },
);

const result = {
  build: process.env.DIEMCAU_BIN ?? build,
  joins,
  cores: cpus().length,
  load: { before: loadBefore, after: loadavg()[0] },
  spansMs: Object.fromEntries(
    SPANS.map(([name, from, to]) => [name.trim(), summary(measured.map((steps) => steps[to] - steps[from]))]),
  ),
  stepsMs: measured,
};

console.log(`${joins} joins, ${result.build} build, ${result.cores} cores, load ${loadBefore?.toFixed(1)}; ms`);
console.log(`${''.padEnd(34)}${['median', 'least', 'most'].map((head) => head.padStart(9)).join('')}`);
for (const [name, from, to] of SPANS) {
  const { median, least, most } = summary(measured.map((steps) => steps[to] - steps[from]));
  console.log(`${name.padEnd(34)}${[median, least, most].map((ms) => ms.toFixed(0).padStart(9)).join('')}`);
}
const file = path.join(ARTEFACTS, 'measure.json');
await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
console.log(`all of it: ${file}`);

/** @param {number[]} values */
function summary(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (/** @type {number} */ index) => sorted[index] ?? Number.NaN;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  };
}
