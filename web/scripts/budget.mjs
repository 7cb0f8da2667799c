// Weighs the scripts of `dist`: what a page loads before it can be used, gzipped as the server sends it.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url);
const ASSETS = new URL('assets/', DIST);
const KB = 1000;

/** The most that a page's scripts may weigh, in bytes. A page begins with the first one's and adds its own chunk. */
const BUDGETS = [
  { page: 'the way in', chunks: [], most: 90 * KB },
  { page: 'the preparation', chunks: [/^DoorPage-/], most: 130 * KB },
  { page: 'the plan', chunks: [/^PlanPage-/], most: 250 * KB },
  { page: 'the hall', chunks: [/^HallPage-/], most: 350 * KB },
  { page: 'the hall with its panel', chunks: [/^HallPage-/, /^Panel-/], most: 350 * KB },
  { page: 'the report', chunks: [/^ReportPage-/], most: 180 * KB, withoutMedia: true },
];

const read = (name) => readFileSync(new URL(name, ASSETS), 'utf8');
const scripts = readdirSync(ASSETS).filter((name) => name.endsWith('.js'));
const entry = /<script[^>]* src="\/assets\/([^"]+)"/.exec(readFileSync(new URL('index.html', DIST), 'utf8'))?.[1];
if (!entry) throw new Error('dist/index.html has no script: build first');

/** A chunk and all that it imports before it runs. */
function withImports(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, imported] of read(name).matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) withImports(imported, found);
  return found;
}

let tooHeavy = false;
for (const { page, chunks, most, withoutMedia } of BUDGETS) {
  const names = chunks.map((chunk) => scripts.find((script) => chunk.test(script)));
  if (names.includes(undefined)) throw new Error(`no chunk for ${page}: ${scripts.join(' ')}`);
  const loaded = new Set([entry, ...names].flatMap((name) => [...withImports(name)]));
  const weight = [...loaded].reduce((sum, script) => sum + gzipSync(read(script)).length, 0);
  tooHeavy ||= weight > most;
  if (withoutMedia && [...loaded].some((script) => read(script).includes('RTCPeerConnection'))) throw new Error(`${page} loads WebRTC`);
  console.log(`${page}: ${(weight / KB).toFixed(1)} kB of at most ${most / KB} kB${weight > most ? ' TOO HEAVY' : ''}`);
}
process.exit(tooHeavy ? 1 : 0);
