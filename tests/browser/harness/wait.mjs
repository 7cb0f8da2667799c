// Waiting for conditions, never for time to pass.

const POLL_MS = 100;

/**
 * Asks `probe` until it gives something other than null, undefined or false, and returns that.
 * Fails after `withinMs` with the last thing that was seen or thrown.
 *
 * @template T
 * @param {string} what for the message of a failure
 * @param {() => T | Promise<T>} probe
 * @param {number} withinMs
 * @param {() => unknown} [detail] more for the message of a failure
 * @returns {Promise<NonNullable<Exclude<T, false>>>}
 */
export async function until(what, probe, withinMs, detail) {
  const end = performance.now() + withinMs;
  /** @type {unknown} */
  let last;
  for (;;) {
    try {
      const seen = await probe();
      if (seen !== null && seen !== undefined && seen !== false) {
        return /** @type {NonNullable<Exclude<T, false>>} */ (seen);
      }
      last = seen;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      const more = detail ? `; ${JSON.stringify(await detail())}` : '';
      throw new Error(`${what}: not within ${withinMs} ms (last: ${last})${more}`);
    }
    await pause(POLL_MS);
  }
}

/**
 * Between two looks of a measurement or a poll.
 *
 * @param {number} ms
 * @returns {Promise<void>}
 */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
