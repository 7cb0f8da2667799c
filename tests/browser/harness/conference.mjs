// A server, a browser, and points that join: what every test begins with and leaves behind.
import { readFile } from 'node:fs/promises';

import { launchBrowser } from './browser.mjs';
import { readAttendance } from './csv.mjs';
import { Point } from './point.mjs';
import { Server } from './server.mjs';

/** The district whose name the conference of 2021 made known, by its official code. */
const LAM_BINH = '071';

export class Conference {
  /**
   * @param {Server} server
   * @param {import('playwright-core').Browser} browser
   * @param {import('./server.mjs').Invite[]} invites
   */
  constructor(server, browser, invites) {
    this.server = server;
    this.browser = browser;
    this.invites = invites;
    /** @type {Point[]} */
    this.points = [];
  }

  /**
   * Runs `body` in a conference; whatever happens, nothing of it is left running. A failure leaves a screenshot of each page.
   *
   * @param {string} name
   * @param {(conference: Conference) => Promise<void>} body
   * @param {import('./server.mjs').Setup} [setup]
   * @param {'published' | 'line-check'} [phase] where the meeting stands then; points wait at the door until the line check
   */
  static async hold(name, body, setup, phase = 'line-check') {
    const server = await Server.start(name, setup);
    try {
      const browser = await launchBrowser();
      const conference = new Conference(server, browser, await server.invites());
      try {
        if (phase === 'line-check') await conference.command({ do: 'begin-line-check' });
        await body(conference);
      } catch (error) {
        await Promise.allSettled(
          conference.points.map((point) => point.screenshot(`${name}-failed-${point.identity.replace(':', '-')}`)),
        );
        throw error;
      } finally {
        await browser.close();
      }
    } finally {
      await server.stop();
    }
  }

  get hubInvite() {
    return this.#invite((invite) => invite.role === 'host');
  }

  get lamBinhInvite() {
    return this.#invite((invite) => invite.point === LAM_BINH);
  }

  /** A commune of Lâm Bình: the list has a district's communes right after it. */
  get communeInvite() {
    const district = this.invites.indexOf(this.lamBinhInvite);
    return this.#invite((invite) => this.invites.indexOf(invite) > district && invite.point.length === 5);
  }

  /**
   * @param {import('./server.mjs').Invite} invite
   * @param {import('./point.mjs').Opening} [opening]
   * @returns {Promise<Point>}
   */
  async join(invite, opening) {
    const point = await this.open(invite, opening);
    await point.enter();
    return point;
  }

  /**
   * Opens an invitation's link, up to the preparation page.
   *
   * @param {import('./server.mjs').Invite} invite
   * @param {import('./point.mjs').Opening} [opening]
   */
  async open(invite, opening) {
    const point = await Point.open(this.browser, opening?.origin ?? this.server.origin, invite, opening);
    this.points.push(point);
    return point;
  }

  /**
   * The attendance list through the button on the host's page.
   *
   * @param {Point} host
   */
  async attendanceByButton(host) {
    const download = host.page.waitForEvent('download');
    await host.control('more').click();
    await host.control('attendance').click();
    return readAttendance(await readFile(await (await download).path()));
  }

  /**
   * As whom an invitation comes: by the interface, without any page.
   *
   * @param {import('./server.mjs').Invite} invite
   * @returns {Promise<{ token: string, meeting: { id: string } }>}
   */
  async seat({ code }) {
    const joined = await fetch(`${this.server.origin}/api/v1/join`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    if (!joined.ok) throw new Error(`the code ${code}: ${joined.status} ${await joined.text()}`);
    return joined.json();
  }

  /**
   * Asks something of the meeting, as the hub unless said otherwise.
   *
   * @param {{ do: string } & Record<string, any>} command
   * @param {import('./server.mjs').Invite} [invite]
   */
  async command(command, invite = this.hubInvite) {
    const { token, meeting } = await this.seat(invite);
    const answer = await fetch(`${this.server.origin}/api/v1/meetings/${encodeURIComponent(meeting.id)}/commands`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(command),
    });
    if (!answer.ok) throw new Error(`${command.do}: ${answer.status} ${await answer.text()}`);
  }

  /** The meeting as the hub sees it, by the interface. */
  async state() {
    const { token, meeting } = await this.seat(this.hubInvite);
    const state = await fetch(`${this.server.origin}/api/v1/meetings/${encodeURIComponent(meeting.id)}/state`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return /** @type {Promise<any>} */ (state.json());
  }

  /**
   * Changes how the meeting is set up, as its first administrator does. Once in a test: the link works once.
   *
   * @param {(plan: any) => void} change
   */
  async plan(change) {
    const { meeting } = await this.seat(this.hubInvite);
    const [, code] = this.server.firstAdministrator.split('#');
    const ask = async (/** @type {string} */ address, /** @type {string} */ method, /** @type {Record<string, string>} */ headers, /** @type {any} */ body) => {
      const answer = await fetch(`${this.server.origin}/api/v1${address}`, {
        method, headers: { 'content-type': 'application/json', ...headers }, body: body && JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${method} ${address}: ${answer.status} ${await answer.text()}`);
      return answer;
    };
    const session = await ask('/admin/password', 'POST', {}, { code, name: 'quantri', password: 'mot hai ba bon nam' });
    const { token } = /** @type {{ token: string }} */ (await session.json());
    const address = `/meetings/${encodeURIComponent(meeting.id)}`;
    const authorization = `Bearer ${token}`;
    const read = await ask(address, 'GET', { authorization }, undefined);
    const plan = await read.json();
    change(plan);
    await ask(address, 'PUT', { authorization, 'if-match': read.headers.get('etag') ?? '' }, plan);
  }

  /** The attendance list through the interface, without any page. */
  async attendanceByRequest() {
    const { token, meeting } = await this.seat(this.hubInvite);
    const list = await fetch(`${this.server.origin}/api/v1/meetings/${encodeURIComponent(meeting.id)}/papers/csv?table=points&lang=vi`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!list.ok) throw new Error(`the attendance list: ${list.status} ${await list.text()}`);
    return readAttendance(Buffer.from(await list.arrayBuffer()));
  }

  /** @param {(invite: import('./server.mjs').Invite) => boolean} fits */
  #invite(fits) {
    const found = this.invites.find(fits);
    if (!found) throw new Error('the sample meeting has no such point');
    return found;
  }
}

/**
 * The one line that an attendance list has for a point.
 *
 * @param {import('./csv.mjs').Attendance[]} list
 * @param {Point} point
 */
export function lineOf(list, point) {
  const lines = list.filter((line) => line.point === point.invite.point);
  const [line] = lines;
  if (!line || lines.length > 1) throw new Error(`${lines.length} lines for ${point.invite.name}`);
  return line;
}
