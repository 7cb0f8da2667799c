// Relays on the way between pages and server: a media line as bad as a test wants it, and a signalling line that falls silent.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** The address to advertise instead of the worker's: the relay listens there, on the worker's own port. */
export const RELAY = '127.0.0.2';

/** What IPv4 and UDP add to a datagram. */
const OVERHEAD = 28;

/**
 * What one direction of a line is like: bits a second that pass, what its queue holds in ms at that rate, the share lost by
 * chance and in what mean run of datagrams, whether jitter changes their order, and whether nothing passes at all.
 *
 * @typedef {object} Conditions
 * @property {number} [rateBps]
 * @property {number} [queueMs]
 * @property {number} [delayMs]
 * @property {number} [jitterMs]
 * @property {boolean} [reorders]
 * @property {number} [loss]
 * @property {number} [run]
 * @property {boolean} [dark]
 */

/** One direction. Equal seeds, conditions and datagrams have equal fates. */
export class Line {
  /** @type {Conditions} */
  conditions = {};
  #freeAt = 0;
  #lastOut = 0;
  #losing = false;
  #seed;

  /** @param {number} seed */
  constructor(seed) {
    this.#seed = seed;
  }

  /**
   * When a datagram that enters the line now comes out; null when it is lost.
   *
   * @param {number} bytes
   * @param {number} now in ms
   * @returns {number | null}
   */
  carry(bytes, now) {
    const { rateBps, queueMs = 400, delayMs = 0, jitterMs = 0, reorders = false, dark = false } = this.conditions;
    if (dark || this.#loses()) return null;
    let out = now;
    if (rateBps !== undefined) {
      const start = Math.max(now, this.#freeAt);
      if (start - now > queueMs) return null;
      out = start + ((bytes + OVERHEAD) * 8_000) / rateBps;
      this.#freeAt = out;
    }
    out += delayMs + jitterMs * this.#chance();
    if (!reorders) out = Math.max(out, this.#lastOut);
    this.#lastOut = out;
    return out;
  }

  /** Two states, after Gilbert: in one of them everything is lost. A run of one is a loss by itself, whatever was before. */
  #loses() {
    const { loss = 0, run = 1 } = this.conditions;
    const change = run <= 1 ? loss : this.#losing ? 1 - 1 / run : loss / (run * (1 - loss));
    this.#losing = this.#chance() < change;
    return this.#losing;
  }

  /** The same numbers in every run (Park and Miller). */
  #chance() {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  }
}

/** One client's way to the worker. */
class Path {
  up = new Line(1);
  down = new Line(2);
  /** @type {import('node:dgram').Socket} */
  #upstream;
  #open;

  /** @param {() => import('node:dgram').Socket} open a socket to the worker, whose answers come down this path */
  constructor(open) {
    this.#open = open;
    this.#upstream = open();
  }

  /** @param {Conditions} conditions both ways */
  set conditions(conditions) {
    this.up.conditions = conditions;
    this.down.conditions = conditions;
  }

  /** @param {Buffer} datagram @param {number} worker */
  send(datagram, worker) {
    // An error is of a datagram to somebody who has gone.
    this.#upstream.send(datagram, worker, '127.0.0.1', () => {});
  }

  /** As a translator of addresses does it: from now on the client has another one, and nothing reaches the old one. */
  rebind() {
    this.#upstream.close();
    this.#upstream = this.#open();
  }

  close() {
    this.#upstream.close();
  }
}

export class Relay {
  /** @type {Map<number, Path>} by the client's port */
  #paths = new Map();
  /** @type {{ at: number, deliver: () => void }[]} in the order of their coming out */
  #waiting = [];
  #front = createSocket('udp4');
  /** What a client's line is like when its first datagram comes. @type {Conditions} */
  initially = {};
  /** @type {NodeJS.Timeout | null} */
  #timer = null;

  /** @param {number} worker its port */
  static async start(worker) {
    const relay = new Relay();
    relay.#front.on('message', (datagram, from) => {
      const path = relay.#pathOf(from.port, worker);
      relay.#queue(path.up.carry(datagram.length, performance.now()), () => path.send(datagram, worker));
    });
    relay.#front.bind(worker, RELAY);
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
    /** @type {Path} */
    const path = new Path(() => {
      const upstream = createSocket('udp4');
      upstream.on('message', (datagram, from) => {
        if (from.port !== worker) return;
        const deliver = () => this.#front.send(datagram, client, '127.0.0.1', () => {});
        this.#queue(path.down.carry(datagram.length, performance.now()), deliver);
      });
      upstream.bind(0, '127.0.0.1');
      return upstream;
    });
    path.conditions = this.initially;
    this.#paths.set(client, path);
    return path;
  }

  /**
   * @param {number | null} at
   * @param {() => void} deliver
   */
  #queue(at, deliver) {
    if (at === null) return;
    const behind = this.#waiting.findLastIndex((other) => other.at <= at);
    this.#waiting.splice(behind + 1, 0, { at, deliver });
    this.#deliver();
  }

  #deliver() {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const now = performance.now();
    while (this.#waiting[0] && this.#waiting[0].at <= now + 0.5) this.#waiting.shift()?.deliver();
    const [next] = this.#waiting;
    if (next) this.#timer = setTimeout(() => this.#deliver(), next.at - now);
  }

  stop() {
    if (this.#timer) clearTimeout(this.#timer);
    this.#waiting = [];
    this.#front.close();
    for (const path of this.#paths.values()) path.close();
  }
}

/** Carries connections, until it falls silent: they stay open, and nothing passes. */
export class TcpRelay {
  #dark = false;
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  /** @type {import('node:net').Server} */
  #listener;

  /** @param {number} port the server's */
  constructor(port) {
    this.#listener = createServer((client) => {
      const server = connect(port, '127.0.0.1');
      for (const [from, to] of /** @type {const} */ ([[client, server], [server, client]])) {
        this.#sockets.add(from);
        from.on('data', (bytes) => {
          if (!this.#dark) to.write(bytes);
        });
        from.on('error', () => from.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    });
  }

  /** @param {string} origin the server's */
  static async start(origin) {
    const relay = new TcpRelay(Number(new URL(origin).port));
    relay.#listener.listen(0, '127.0.0.1');
    await once(relay.#listener, 'listening');
    return relay;
  }

  /**
   * As if it were the worker, at another address.
   *
   * @param {string} host
   * @param {number} port
   */
  static async inPlaceOf(host, port) {
    const relay = new TcpRelay(port);
    relay.#listener.listen(port, host);
    await once(relay.#listener, 'listening');
    return relay;
  }

  get origin() {
    const address = this.#listener.address();
    if (address === null || typeof address === 'string') throw new Error('it does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  darken() {
    this.#dark = true;
  }

  /** What was open is lost, as bytes of it are; new connections pass. */
  lighten() {
    this.#dark = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  stop() {
    for (const socket of this.#sockets) socket.destroy();
    this.#listener.close();
  }
}
