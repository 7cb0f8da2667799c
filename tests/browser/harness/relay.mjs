// A relay on the way of the media that makes the line down to a client as bad as a test wants it.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** The address to advertise instead of the worker's: the relay listens there, on the worker's own port. */
export const RELAY = '127.0.0.2';

/** What IPv4 and UDP add to a datagram. */
const OVERHEAD = 28;

/**
 * What a line is like: bits a second that pass, what its queue holds in ms at that rate, and the share lost by chance.
 *
 * @typedef {{ rateBps?: number, queueMs?: number, delayMs?: number, jitterMs?: number, loss?: number }} Conditions
 */

/** One client's way to the worker. */
class Path {
  /** @type {Conditions} */
  conditions = {};
  #freeAt = 0;
  #lastOut = 0;
  #seed = 1;

  /** @param {import('node:dgram').Socket} upstream */
  constructor(upstream) {
    this.upstream = upstream;
  }

  /**
   * When a datagram that enters the line now comes out; null when it is lost.
   *
   * @param {number} bytes
   * @returns {number | null}
   */
  carry(bytes) {
    const { rateBps, queueMs = 400, delayMs = 0, jitterMs = 0, loss = 0 } = this.conditions;
    const now = performance.now();
    if (this.#chance() < loss) return null;
    let out = now;
    if (rateBps !== undefined) {
      const start = Math.max(now, this.#freeAt);
      if (start - now > queueMs) return null;
      out = start + ((bytes + OVERHEAD) * 8_000) / rateBps;
      this.#freeAt = out;
    }
    out = Math.max(out + delayMs + jitterMs * this.#chance(), this.#lastOut);
    this.#lastOut = out;
    return out;
  }

  /** The same numbers in every run (Park and Miller). */
  #chance() {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  }
}

export class Relay {
  /** @type {Map<number, Path>} by the client's port */
  #paths = new Map();
  /** @type {{ at: number, datagram: Buffer, port: number }[]} in the order of their coming out */
  #waiting = [];
  #front = createSocket('udp4');
  /** @type {NodeJS.Timeout | null} */
  #timer = null;

  /** @param {number} port the worker's */
  static async start(port) {
    const relay = new Relay();
    relay.#front.on('message', (datagram, from) => {
      // An error is of a datagram to somebody who has gone.
      relay.#pathOf(from.port, port).upstream.send(datagram, port, '127.0.0.1', () => {});
    });
    relay.#front.bind(port, RELAY);
    await once(relay.#front, 'listening');
    return relay;
  }

  /** @returns {Path[]} in the order of their first datagrams */
  get paths() {
    return [...this.#paths.values()];
  }

  /**
   * @param {number} client
   * @param {number} worker
   */
  #pathOf(client, worker) {
    const known = this.#paths.get(client);
    if (known) return known;
    const path = new Path(createSocket('udp4'));
    path.upstream.on('message', (datagram, from) => {
      const at = from.port === worker ? path.carry(datagram.length) : null;
      if (at === null) return;
      const behind = this.#waiting.findLastIndex((other) => other.at <= at);
      this.#waiting.splice(behind + 1, 0, { at, datagram, port: client });
      this.#deliver();
    });
    path.upstream.bind(0, '127.0.0.1');
    this.#paths.set(client, path);
    return path;
  }

  #deliver() {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const now = performance.now();
    while (this.#waiting[0] && this.#waiting[0].at <= now + 0.5) {
      const next = this.#waiting.shift();
      if (next) this.#front.send(next.datagram, next.port, '127.0.0.1', () => {});
    }
    const [next] = this.#waiting;
    if (next) this.#timer = setTimeout(() => this.#deliver(), next.at - now);
  }

  stop() {
    if (this.#timer) clearTimeout(this.#timer);
    this.#front.close();
    for (const path of this.#paths.values()) path.upstream.close();
  }
}
