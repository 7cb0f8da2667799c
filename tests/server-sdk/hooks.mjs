// Takes webhooks as LiveKit's own receiver does: what is not signed over its very bytes is refused.
import { once } from 'node:events';
import { createServer } from 'node:http';

import { WebhookReceiver } from 'livekit-server-sdk';

import { until } from '../browser/harness/wait.mjs';

const DEADLINE_MS = 30_000;

/** @typedef {import('livekit-server-sdk').WebhookEvent} WebhookEvent */

export class Hooks {
  /** @type {WebhookEvent[]} */
  events = [];
  /** @type {{ body: string, signature: string }[]} */
  raw = [];
  /** @type {string[]} */
  faults = [];

  /**
   * @param {string} key
   * @param {string} secret
   */
  constructor(key, secret) {
    this.receiver = new WebhookReceiver(key, secret);
    this.server = createServer(async (request, response) => {
      try {
        let body = '';
        for await (const part of request.setEncoding('utf8')) body += part;
        const signature = request.headers.authorization ?? '';
        this.events.push(await this.receiver.receive(body, signature));
        this.raw.push({ body, signature });
      } catch (error) {
        this.faults.push(String(error));
      }
      response.end();
    });
  }

  /** @returns {Promise<string>} the address to be told at */
  async open() {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}/hook`;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }

  /**
   * @param {string} what
   * @param {(event: WebhookEvent) => boolean} wanted
   */
  async until(what, wanted) {
    return until(what, () => this.events.find(wanted), DEADLINE_MS, () => [this.story(), this.faults]);
  }

  /** Who did what, in a line each. */
  story() {
    return this.events.map((event) => `${event.event} ${event.participant?.identity ?? ''}`.trim());
  }
}
