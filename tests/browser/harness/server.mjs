// The server under test: started on ports of its own, killed and brought back on the same ones.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

import { ARTEFACTS } from './artefacts.mjs';
import { parseCsv } from './csv.mjs';
import { until } from './wait.mjs';

/** The unit in whose room the sample meeting's hub is. */
const HUB = '08';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const START_MS = 20_000;
const STOP_MS = 10_000;

/**
 * An invitation from the sample meeting.
 *
 * @typedef {{ point: string, name: string, role: 'host' | 'point', code: string }} Invite
 */

/** @typedef {'debug' | 'release'} Build */

/**
 * How a server is started; `config` is the text of its settings file.
 *
 * @typedef {{ build?: Build, config?: string }} Setup
 */

export class Server {
  /** @type {import('node:child_process').ChildProcess | null} */
  #child = null;
  /** @type {string | null} */
  #http = null;
  /** @type {string | null} */
  #media = null;
  /** @type {string | null} */
  #firstAdministrator = null;
  /** @type {string} */
  #data;
  /** @type {string} */
  #name;
  /** @type {Build} */
  #build;
  /** @type {string[]} */
  #options = [];

  /**
   * @param {string} name for its log among the artefacts
   * @param {string} data
   * @param {Build} build
   */
  constructor(name, data, build) {
    this.#name = name;
    this.#data = data;
    this.#build = build;
  }

  /**
   * @param {string} name
   * @param {Setup} [setup]
   * @returns {Promise<Server>}
   */
  static async start(name, { build = 'debug', config } = {}) {
    const server = new Server(name, await mkdtemp(path.join(tmpdir(), 'diemcau-browser-')), build);
    try {
      if (config !== undefined) await server.#configure(config);
      await server.#run();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** `http://127.0.0.1:PORT` */
  get origin() {
    if (this.#http === null) throw new Error('the server has not said where it listens');
    return `http://${this.#http}`;
  }

  /** The link by which the first administrator sets name and password; it is printed until it was used. */
  get firstAdministrator() {
    if (this.#firstAdministrator === null) throw new Error('the server has not printed the link');
    return this.#firstAdministrator;
  }

  /** Where its worker takes media. */
  get mediaPort() {
    return Number(this.#media?.split(':').at(-1));
  }

  /** @param {string} text */
  async #configure(text) {
    const file = path.join(this.#data, 'diemcau.toml');
    await writeFile(file, text);
    this.#options = ['--config', file];
  }

  /** @returns {Promise<Invite[]>} */
  async invites() {
    const file = path.join(this.#data, 'sample-links.csv');
    await until('the sample links', () => access(file).then(() => true), START_MS);
    const text = await readFile(file, 'utf8');
    const [, ...rows] = parseCsv(text.replace(/^\uFEFF/, ''));
    return rows.map(([place = '', name = '', code = '']) => {
      if (place === 'hub') return { point: HUB, name, role: 'host', code };
      if (!place.startsWith('point:')) throw new Error(`the place ${place}`);
      return { point: place.slice('point:'.length), name, role: 'point', code };
    });
  }

  /** No goodbye, no flush: as a power cut does it. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** On the ports it had, so that whoever was connected finds it again. */
  async restart() {
    await this.#run();
  }

  async stop() {
    await this.#end('SIGTERM');
    await rm(this.#data, { recursive: true, force: true });
  }

  async #run() {
    const mediaPort = this.#media?.split(':').at(-1) ?? '0';
    const child = spawn(
      await binary(this.#build),
      ['serve', '--data', this.#data, '--listen', this.#http ?? '127.0.0.1:0', '--media-port', mediaPort, '--dev', ...this.#options],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, RUST_BACKTRACE: '1' } },
    );
    this.#child = child;
    this.#firstAdministrator = null;
    const log = createWriteStream(path.join(ARTEFACTS, `${this.#name}.log`), { flags: 'a' });
    child.stderr?.pipe(log, { end: false });
    child.stdout?.pipe(log, { end: false });
    child.once('close', () => log.end());

    /** @type {{ http: string | null, media: string | null }} */
    const said = { http: null, media: null };
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.#firstAdministrator = /^ +(https?:\/\/\S+\/a#\S+)$/.exec(line)?.[1] ?? this.#firstAdministrator;
        said.http = /^listening https?:\/\/(\S+?)\/?$/.exec(line)?.[1] ?? said.http;
        said.media = /^media udp (\S+)$/.exec(line)?.[1] ?? said.media;
      });
    }
    await until(
      'the server says where it listens',
      () => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: see ${this.#name}.log`);
        return said.http !== null && said.media !== null;
      },
      START_MS,
    );
    this.#http = said.http;
    this.#media = said.media;
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(late);
  }
}

/**
 * Where the server's program is; fails when it is not there.
 *
 * @param {Build} build
 * @returns {Promise<string>}
 */
export async function binary(build) {
  const given = process.env.DIEMCAU_BIN;
  const target = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target');
  const file = given ?? path.join(target, build, 'diemcau');
  await access(file).catch(() => {
    throw new Error(`no server at ${file}: build it first, or set DIEMCAU_BIN`);
  });
  return file;
}
