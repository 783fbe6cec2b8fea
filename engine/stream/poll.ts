import { setTimeout as delay } from 'node:timers/promises';
import { type FollowOptions, followedSeries, RestBars } from './followed.js';

/** The exchange needs a moment to write a bar that has closed. */
const SETTLE_MS = 1_000;
const LONGEST_SLEEP_MS = 30_000;
const RETRY_MS = 5_000;

/** Asks the exchange's API for every bar when it has closed, until the signal ends it. @throws UserError */
export async function pollKlines(options: FollowOptions): Promise<void> {
  const { signal, now, retry } = options;
  const series = followedSeries(options);
  const rest = new RestBars(options);
  while (!signal.aborted) {
    let waitMs = LONGEST_SLEEP_MS;
    for (const one of series) {
      try {
        if (one.next + one.durationMs <= now()) await rest.catchUp(one);
        // A bar that is due and did not come is asked for again soon.
        waitMs = Math.min(waitMs, Math.max(SETTLE_MS, one.next + one.durationMs + SETTLE_MS - now()));
      } catch (error) {
        if (signal.aborted) return;
        waitMs = Math.min(waitMs, RETRY_MS);
        retry(`klines of ${one.key.symbol} ${one.interval}`, error as Error, waitMs);
      }
    }
    await delay(waitMs, undefined, { signal }).catch(() => {});
  }
}
