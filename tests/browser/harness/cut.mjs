// A relay on the way of the pages that is cut and mended again: a cable pulled out of the wall says no goodbye.
import { connect, createServer } from 'node:net';
import { once } from 'node:events';

export class Wire {
  #isCut = false;
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  #server;

  /** @param {URL} to where the server is */
  constructor(to) {
    this.#server = createServer((near) => {
      if (this.#isCut) return near.destroy();
      const far = connect(Number(to.port), to.hostname);
      for (const [socket, other] of /** @type {const} */ ([[near, far], [far, near]])) {
        this.#sockets.add(socket);
        // What is under way when the wire is cut is lost.
        socket.on('data', (bytes) => void (this.#isCut || other.write(bytes)));
        socket.on('end', () => void (this.#isCut || other.end()));
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          if (!this.#isCut) other.destroy();
        });
      }
    });
  }

  /** @param {string} origin the server's */
  static async to(origin) {
    const wire = new Wire(new URL(origin));
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get origin() {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not started');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Nothing goes through any more, and nobody is told. */
  cut() {
    this.#isCut = true;
  }

  /** New connections go through; those that were cut are dead. */
  mend() {
    this.#isCut = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
