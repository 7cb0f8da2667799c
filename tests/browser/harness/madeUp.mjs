// A meeting that is made up: the web app as it is built, and a server that answers what its pages ask, with as many points
// as one likes. For how pages look and how fluent they are; what the real server does is tested with the real one.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { parseCsv } from './csv.mjs';
import { MADE_UP_CHECK, MADE_UP_PAPERS, madeUpGlance, madeUpReport } from './madeUpReport.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DIST = path.join(ROOT, 'web/dist');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
const POLICY = "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self'; object-src 'none'";

/** Any code opens the place that it begins with: `HUBXX-XXXXX`, `P071X-XXXXX`. */
export const CODE = 'HUBXX-23456';

/**
 * A state of the live view, as JSON.
 *
 * @typedef {any} State
 */

/**
 * @typedef {object} Options
 * @property {number} [points] how many
 * @property {number} [delegates] expected at each
 * @property {string} [place] whose page it is
 * @property {(state: State, meeting: MadeUp) => void} [begin] changes the state that it begins with
 */

export class MadeUp {
  /** @type {import('node:http').Server} */
  #server;
  /** @type {NodeJS.Timeout} */
  #alive;
  /** @type {Set<import('node:http').ServerResponse>} */
  #streams = new Set();
  /** @type {any} */
  #report = null;
  /**
   * What the pages have asked for.
   *
   * @type {any[]}
   */
  commands = [];
  /**
   * The idempotency keys that came with it.
   *
   * @type {string[]}
   */
  keys = [];
  /**
   * Answers a command; without a refusal it is done.
   *
   * @type {(command: any) => { status: number, body: object } | null}
   */
  refuse = () => null;

  /**
   * @param {any} outline
   * @param {State} state
   * @param {string} place
   */
  constructor(outline, state, place) {
    this.outline = outline;
    this.state = state;
    this.place = place;
    this.#alive = setInterval(() => {
      for (const stream of this.#streams) stream.write('event: alive\ndata: 1\n\n');
    }, 5_000);
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @param {Options} [options] */
  static async start({ points = 168, delegates = 8, place = 'hub', begin } = {}) {
    const outline = await madeUpOutline(points);
    const state = madeUpState(outline, delegates, place);
    const meeting = new MadeUp(outline, state, place);
    begin?.(state, meeting);
    await new Promise((resolve) => meeting.#server.listen(0, '127.0.0.1', () => resolve(undefined)));
    return meeting;
  }

  /** The report of it, once it is over. */
  get report() {
    return (this.#report ??= madeUpReport(this.outline, this.state.roll.delegates));
  }

  get origin() {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not started');
    return `http://127.0.0.1:${address.port}`;
  }

  async stop() {
    clearInterval(this.#alive);
    for (const stream of this.#streams) stream.end();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /**
   * Opens a page of the meeting as its place.
   *
   * @param {import('playwright-core').BrowserContext} context
   * @param {string} part `desk`, `ready`, `roll`, `report`
   */
  async open(context, part) {
    await context.addInitScript((code) => sessionStorage.setItem('diemcau.code', code), CODE);
    const page = await context.newPage();
    await page.goto(`${this.origin}/m/${this.outline.id}/${part}`);
    return page;
  }

  /**
   * Changes the state at JSON Pointers, and tells the pages.
   *
   * @param {Record<string, any>} changes
   */
  change(changes) {
    const operations = [];
    for (const [at, value] of Object.entries({ ...changes, '/seq': this.state.seq + 1, '/now': new Date().toISOString() })) {
      const steps = at.slice(1).split('/');
      const last = steps.pop() ?? '';
      const target = steps.reduce((inner, step) => inner[step], this.state);
      target[last] = value;
      operations.push({ op: 'replace', path: at, value });
    }
    for (const stream of this.#streams) stream.write(`event: patch\ndata: ${JSON.stringify(operations)}\n\n`);
  }

  /** Ends the streams, as a lost line does. */
  drop() {
    for (const stream of this.#streams) stream.destroy();
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  async #answer(request, response) {
    const url = new URL(request.url ?? '/', 'http://x');
    const json = (/** @type {any} */ body, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const rest = url.pathname.replace(/^\/api\/v1\/meetings\/[^/]+/, '');
    if (url.pathname === '/api/v1/join') return json(this.#joined());
    if (rest === '/outline') return json(this.outline);
    if (rest === '/live-ticket') return json({ ticket: 't', expiresInS: 30 });
    if (rest === '/live') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`event: state\ndata: ${JSON.stringify({ ...this.state, now: new Date().toISOString() })}\n\n`);
      this.#streams.add(response);
      response.on('close', () => this.#streams.delete(response));
      return;
    }
    if (rest === '/papers') return json(MADE_UP_PAPERS);
    if (rest === '/papers/json') return json(this.report);
    if (rest === '/earlier') return json([1, 2, 3].map((monthsAgo) => madeUpGlance(this.report, monthsAgo)));
    if (rest === '/ledger-check') return json(MADE_UP_CHECK);
    if (rest === '/commands') {
      const command = JSON.parse(await bodyOf(request));
      this.commands.push(command);
      this.keys.push(String(request.headers['idempotency-key']));
      const refusal = this.refuse(command);
      return refusal ? json(refusal.body, refusal.status) : json({ firstSeq: 1, lastSeq: 1, recorded: true });
    }
    if (url.pathname.startsWith('/api/')) return json({ type: 'urn:diemcau:problem:not-found' }, 404);
    const name = path.extname(url.pathname) === '' ? 'index.html' : url.pathname;
    const content = await readFile(path.join(DIST, path.normalize(name))).catch(() => null);
    const type = TYPES[/** @type {keyof typeof TYPES} */ (path.extname(name))] ?? 'application/octet-stream';
    response.writeHead(content ? 200 : 404, { 'content-type': type, 'content-security-policy': POLICY });
    response.end(content ?? '');
  }

  #joined() {
    const { id, title, zone, startsAt, points, hub } = this.outline;
    const own = points.find((/** @type {any} */ point) => `point:${point.id}` === this.place) ?? points.find((/** @type {any} */ point) => point.id === hub);
    return {
      token: 'made-up', identity: this.place, role: this.place.startsWith('point:') ? 'point' : 'host', dev: false,
      meeting: { id, title, zone, startsAt },
      point: { id: own.id, name: own.name, level: own.level, room: own.room, path: [points[0].name, own.name] },
    };
  }
}

/** @param {import('node:http').IncomingMessage} request */
async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

/**
 * The province's first units by the official list, the hub's room among them.
 *
 * @param {number} count
 */
async function madeUpOutline(count) {
  const text = await readFile(path.join(ROOT, 'config/sample/tuyen-quang-2021.csv'), 'utf8');
  const [header = [], ...rows] = parseCsv(text.replace(/^\uFEFF/, ''));
  const column = (/** @type {string} */ name) => header.indexOf(name);
  const [id, parent, level, name, room] = ['code', 'parent_code', 'level', 'name', 'room'].map(column);
  const read = (/** @type {string[]} */ row, /** @type {number | undefined} */ at) => row[at ?? -1] ?? '';
  const points = rows.map((row) => ({
    id: read(row, id), parent: read(row, parent) || null, level: read(row, level), name: read(row, name), room: read(row, room),
  }));
  // Larger meetings than the province was: departments of it.
  for (let extra = points.length; extra < count; extra++) {
    points.push({ id: `so-${extra}`, parent: points[0]?.id ?? null, level: 'department', name: `Sở ngành số ${extra}`, room: '' });
  }
  return {
    id: 'tuyen-quang', number: '125/GM-UBND', zone: 'Asia/Ho_Chi_Minh', startsAt: '2021-10-19T01:00:00Z', hub: points[0]?.id,
    title: 'Hội nghị trực tuyến triển khai Nghị quyết 76/NQ-CP về cải cách hành chính nhà nước',
    chair: { name: 'Nguyễn Văn Sơn', title: 'Chủ tịch UBND tỉnh' },
    secretary: { name: 'Trần Thị Thu', title: 'Chánh Văn phòng' },
    technician: { name: 'Vũ Minh Đức', title: 'Trung tâm CNTT', phone: '0207 3822 000' },
    points: points.slice(0, count), microphones: 'floor',
  };
}

const FAMILY = ['Nguyễn', 'Ma', 'Hoàng', 'Trần', 'Lê', 'Nông', 'Quan', 'Bàn', 'Chẩu', 'Vũ'];
const GIVEN = ['Văn An', 'Thị Bình', 'Đức Cường', 'Thị Dung', 'Minh Hải', 'Thị Hương', 'Quang Khải', 'Thị Lan', 'Văn Mạnh', 'Thị Nga'];
const TITLES = ['Chủ tịch UBND', 'Phó Chủ tịch UBND', 'Bí thư Đảng ủy', 'Trưởng phòng Nội vụ', 'Công chức một cửa'];

const RIGHTS = [
  'pause', 'close', 'hand-over', 'mute-all', 'mute', 'ask-unmute', 'spotlight', 'remove', 'readmit', 'lock', 'unlock', 'announce', 'start-item',
  'finish-item', 'request-floor', 'withdraw-request', 'grant-floor', 'give-floor', 'extend-floor', 'take-floor-back', 'skip-request', 'move-request',
  'call-roll', 'add-delegate', 'correct-roll', 'request-proxy', 'approve-proxy', 'refuse-proxy', 'open-vote', 'close-vote', 'cancel-vote', 'report-line',
];

/**
 * An open meeting: most points are there and their rolls called, some are not.
 *
 * @param {any} outline
 * @param {number} each
 * @param {string} place
 * @returns {State}
 */
function madeUpState(outline, each, place) {
  const at = (/** @type {number} */ minutesAgo) => new Date(Date.now() - minutesAgo * 60_000).toISOString();
  /** @type {any[]} */
  const delegates = [];
  /** @type {any[]} */
  const lines = [{ place: 'hub', connected: true, since: at(70), downSince: null, devices: 1, check: null }];
  const totals = [];
  for (const [index, point] of outline.points.entries()) {
    const isHub = point.id === outline.hub;
    const connected = !isHub && index % 23 !== 5 && index % 41 !== 7;
    const check = { point: point.id, picture: true, sound: index % 37 !== 9, note: '', at: at(65), by: `point:${point.id}`, measured: { roundTripMs: 30 + index, upKbps: index % 29 === 3 ? 210 : 2500, downKbps: 4000, lossUpPerMille: 0, lossDownPerMille: 1 } };
    lines.push({
      place: `point:${point.id}`, connected, since: connected ? at(60 - (index % 20)) : null, devices: connected ? 1 : 0, check: connected ? check : null,
      downSince: connected || index % 41 === 7 || isHub ? null : at(4),
    });
    const counts = { expected: 0, present: 0, proxy: 0, left: 0, excused: 0, absent: 0, unconfirmed: 0, added: 0 };
    for (let number = 0; number < each; number++) {
      const called = connected && index % 11 !== 4;
      const is = number === 3 && index % 3 === 0 ? 'absent' : number === 5 && index % 5 === 0 ? 'excused' : 'present';
      const presence = is === 'excused' ? { is, reason: 'Đi công tác' } : { is };
      counts.expected += 1;
      if (called) counts[/** @type {'present'} */ (is)] += 1;
      else counts.unconfirmed += 1;
      const n = index * each + number;
      delegates.push({
        id: `d${n}`, name: `${FAMILY[n % 10]} ${GIVEN[(n * 7 + index) % 10]}`, title: `${TITLES[number % 5]} ${point.name}`, unit: point.id, point: point.id,
        expected: true, standing: called ? { seq: 100 + n, at: at(20), presence, by: `point:${point.id}`, corrected: null } : null,
        firstHere: called && is === 'present' ? at(20) : null, late: false, leftEarly: false, checkedIn: number === 1 ? at(30) : null,
      });
    }
    totals.push({ of: point.id, ...counts });
  }
  const total = { expected: 0, present: 0, proxy: 0, left: 0, excused: 0, absent: 0, unconfirmed: 0, added: 0 };
  for (const of of totals) for (const key of /** @type {(keyof typeof total)[]} */ (Object.keys(total))) total[key] += of[key];
  const up = outline.points.filter((/** @type {any} */ _, /** @type {number} */ index) => lines[index + 1]?.connected);
  const asker = (/** @type {number} */ request, /** @type {any} */ point, /** @type {string} */ name, /** @type {string} */ subject) => ({
    request, place: `point:${point.id}`, speaker: { delegate: null, name }, subject, since: at(request),
  });
  const agenda = [
    { id: 1, type: 'report', title: 'Báo cáo kết quả cải cách hành chính 9 tháng đầu năm 2021', presenter: 'Sở Nội vụ', minutes: 20, documents: [{ title: 'Báo cáo số 312/BC-SNV', link: '/sample/312.pdf' }], course: { started: at(50), finished: at(28) } },
    { id: 2, type: 'discussion', title: 'Thảo luận tại các điểm cầu', presenter: '', minutes: 40, documents: [], course: { started: at(28), finished: null } },
    { id: 3, type: 'other', title: 'Biểu quyết thông qua Đề án', presenter: '', minutes: 10, documents: [], course: null },
    { id: 4, type: 'conclusion', title: 'Phát biểu kết luận của Chủ tịch UBND tỉnh', presenter: 'Nguyễn Văn Sơn', minutes: 15, documents: [], course: null },
  ];
  const isHost = !place.startsWith('point:');
  const roll = { delegates, proxies: [{ id: 1, delegate: 'd3', substitute: { name: 'Hoàng Thị Mai', title: 'Phó Trưởng phòng' }, reason: 'Trưởng phòng đi công tác', answer: { is: 'pending' } }], units: totals, points: totals, total };
  const own = place.slice('point:'.length);
  const ownRoll = { ...roll, delegates: delegates.filter((one) => one.point === own), proxies: [], points: totals.filter(({ of }) => of === own), units: totals.filter(({ of }) => of === own) };
  const common = {
    meeting: outline.id, seq: 2_000, phase: 'open', openedAt: at(52), closedAt: null, presiding: 'hub', spotlight: null, announcement: null,
    floor: {
      holder: { turn: 4, request: 4, place: `point:${up[3]?.id}`, speaker: { delegate: null, name: 'Đồng chí Ma Thế Hồng' }, subject: 'Việc sáp nhập thôn, tổ dân phố', since: at(3), seconds: 300, until: at(-2) },
      queue: [asker(7, up[5], 'Bí thư Huyện ủy', 'Hạ tầng công nghệ thông tin tại bộ phận một cửa'), asker(6, up[8], 'Chủ tịch UBND xã', 'Kiến nghị về biên chế'), asker(5, up[11], 'Trưởng phòng Nội vụ', '')],
      log: [{ turn: 1, place: `point:${up[1]?.id}`, speaker: { delegate: null, name: 'An' }, subject: '', from: at(40), to: at(35), how: 'returned' }],
    },
    items: [2], agenda,
    votes: [{ id: 1, question: 'Thông qua chương trình hội nghị', options: ['Tán thành', 'Không tán thành', 'Không có ý kiến'], secret: false, by: 'points', needsQuorum: false, openedAt: at(52), state: { is: 'closed', at: at(50), tally: [140, 2, 3], eligible: 168, present: 150, quorum: true }, voted: 145, ballots: null }],
    quorum: { of: 'delegates', expected: total.expected, present: total.present, needed: Math.ceil(total.expected / 2), reached: true },
    connected: up.length + 1, total, recordedThrough: 2_000, ledger: { is: 'well' }, now: new Date().toISOString(), planVersion: 1,
  };
  return isHost
    ? { view: 'host', ...common, plan: { version: 1, sha256: '' }, lines, removed: [], locked: false, roll, speaking: [], may: RIGHTS }
    : { view: 'own', ...common, place, onStage: false, roll: ownRoll, ballots: {}, may: ['request-floor', 'withdraw-request', 'call-roll', 'add-delegate', 'request-proxy', 'report-line', 'cast-ballot'] };
}
