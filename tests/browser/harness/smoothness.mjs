// When a picture freezes: did the frames come late, or was this machine too busy to make or to show them?

import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * A pause in what a video element showed. Both in ms: how long nothing new was shown, and how much later the frame after
 * it arrived than it was due by the sender's own clock.
 *
 * @typedef {{ shownMs: number, lateMs: number }} Pause
 */

/** The browser counts a freeze from 150 ms over the usual distance of two frames. */
const PAUSE_MS = 150;

/** A frame passes through its sender, the server and its receiver. */
const PROCESSES = 3;

/**
 * How long this machine keeps a process waiting that could run, seen by this one: from now to the call of what is returned,
 * the longest wait in ms.
 *
 * @returns {() => number}
 */
export function watchMachine() {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  return () => {
    delays.disable();
    return delays.max / 1e6;
  };
}

/**
 * Begins to write down when each frame that a video element shows had arrived, by its last packet, and when the sender's
 * clock says that it was taken.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} selector
 */
export async function watchFrames(page, selector) {
  await page.evaluate(
    ({ chosen, pauseMs }) => {
      const video = document.querySelector(chosen);
      if (!(video instanceof HTMLVideoElement)) throw new Error(`no video at ${chosen}`);
      /** @type {{ shown: number, received: number, sent: number } | null} */
      let last = null;
      /** @type {Pause[]} */
      const pauses = [];
      const watched = /** @type {any} */ (window);
      watched.__pauses ??= new Map();
      watched.__pauses.set(chosen, pauses);
      /** @type {VideoFrameRequestCallback} */
      const onFrame = (shown, { receiveTime, rtpTimestamp }) => {
        if (watched.__pauses.get(chosen) !== pauses) return;
        if (receiveTime !== undefined && rtpTimestamp !== undefined) {
          // RFC 7741, 4.1: the clock of a video track runs at 90 kHz.
          const now = { shown, received: receiveTime, sent: rtpTimestamp / 90 };
          if (last !== null && now.shown - last.shown > pauseMs) {
            pauses.push({ shownMs: now.shown - last.shown, lateMs: now.received - last.received - (now.sent - last.sent) });
          }
          last = now;
        }
        video.requestVideoFrameCallback(onFrame);
      };
      video.requestVideoFrameCallback(onFrame);
    },
    { chosen: selector, pauseMs: PAUSE_MS },
  );
}

/**
 * The pauses since `watchFrames`, which ends.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} selector
 * @returns {Promise<Pause[]>}
 */
export async function pausesOf(page, selector) {
  return page.evaluate((chosen) => {
    const watched = /** @type {any} */ (window).__pauses;
    const pauses = watched.get(chosen) ?? [];
    watched.delete(chosen);
    return pauses;
  }, selector);
}

/**
 * Why a picture that froze is the server's doing, or null if it is not: nothing was lost on the way, and every frame came
 * when it was due, so that what was missing was not made or not shown in time. A frame is not late that came as late as the
 * machine explains.
 *
 * @param {{ packetsLost: number, nackCount: number }} before
 * @param {{ packetsLost: number, nackCount: number }} after
 * @param {Pause[]} pauses
 * @param {number} waitMs the machine's longest wait meanwhile
 * @returns {string | null}
 */
export function blameServer(before, after, pauses, waitMs) {
  if (after.packetsLost !== before.packetsLost) return `${after.packetsLost - before.packetsLost} packets lost`;
  if (after.nackCount !== before.nackCount) return `${after.nackCount - before.nackCount} times asked for packets again`;
  const late = pauses.filter(({ lateMs }) => lateMs > Math.max(PAUSE_MS, PROCESSES * waitMs));
  if (late.length > 0) return `frames came late: ${late.map(({ lateMs }) => `${Math.round(lateMs)} ms`).join(', ')}`;
  if (pauses.length === 0) return 'no pause of the page to explain it';
  return null;
}

/**
 * Begins to note the page's long tasks: what keeps it from drawing. The call of what is returned gives their lengths, in ms.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<() => Promise<number[]>>}
 */
export async function longestTasks(page) {
  await page.evaluate(() => {
    /** @type {number[]} */
    const lengths = [];
    /** @type {any} */ (window).__longTasks = lengths;
    new PerformanceObserver((list) => lengths.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  });
  return () => page.evaluate(() => /** @type {any} */ (window).__longTasks);
}
