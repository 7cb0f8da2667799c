// When the steps of a join happened in a page, by the page's own clock.

/**
 * The steps, in the order in which they are expected. `connect` is the call of the SDK; `signal` its signalling connection;
 * `checking` the first try of a candidate pair, `dtls` the end of the handshake; `subscribed` the track handed to the page;
 * `frame` its first decoded picture put on the screen.
 *
 * @typedef {'click' | 'connect' | 'signal' | 'checking' | 'dtls' | 'subscribed' | 'frame'} Step
 */

/** @type {Step[]} */
export const STEPS = ['click', 'connect', 'signal', 'checking', 'dtls', 'subscribed', 'frame'];

/**
 * Writes down each step's first time, from before the page's own scripts run.
 *
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} identity whose picture is waited for
 */
export async function watchJoins(context, identity) {
  await context.addInitScript((wanted) => {
    /** @type {Partial<Record<Step, number>>} in ms of `performance.now()` */
    const steps = {};
    /** @param {Step} step */
    const mark = (step) => {
      steps[step] ??= performance.now();
    };
    /** @type {any} */ (window).__joinSteps = steps;

    // A click on the button, or Enter in the form: both submit it.
    addEventListener('submit', () => mark('click'), { capture: true });

    // The page shows its room to tests just before it connects.
    /** @type {any} */
    let shown;
    Object.defineProperty(window, '__diemcau', {
      configurable: true,
      get: () => shown,
      set: (value) => {
        shown = value;
        const { room } = value;
        const connect = room.connect.bind(room);
        room.connect = (/** @type {any[]} */ ...given) => {
          mark('connect');
          return connect(...given);
        };
        room.on('signalConnected', () => mark('signal'));
        room.on('trackSubscribed', (/** @type {any} */ track, /** @type {any} */ _publication, /** @type {any} */ participant) => {
          if (track.kind === 'video' && participant.identity === wanted) mark('subscribed');
        });
      },
    });

    window.RTCPeerConnection = class extends RTCPeerConnection {
      /** @param {RTCConfiguration} [configuration] */
      constructor(configuration) {
        super(configuration);
        // Until the answer bundles them, each section has a transport of its own.
        const watched = new WeakSet();
        this.addEventListener('signalingstatechange', () => {
          const dtls = this.sctp?.transport;
          if (!dtls || watched.has(dtls)) return;
          watched.add(dtls);
          const ice = dtls.iceTransport;
          const look = () => {
            if (ice.state !== 'new') mark('checking');
            if (dtls.state === 'connected') mark('dtls');
          };
          look();
          ice.addEventListener('statechange', look);
          dtls.addEventListener('statechange', look);
        });
      }
    };

    // The page makes the element when the track is there; a frame comes later than that.
    const seen = new WeakSet();
    const look = () => {
      for (const video of document.querySelectorAll(`article[data-identity="${wanted}"] video`)) {
        if (!(video instanceof HTMLVideoElement) || seen.has(video)) continue;
        seen.add(video);
        video.requestVideoFrameCallback(() => mark('frame'));
      }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  }, identity);
}

/**
 * @param {import('playwright-core').Page} page
 * @returns {Promise<Partial<Record<Step, number>>>} ms since the page began
 */
export function stepsOf(page) {
  return page.evaluate(() => ({ .../** @type {any} */ (window).__joinSteps }));
}
