import type { Stretch } from './coverage.js';
import type { DumpCache } from './dump-cache.js';
import type { Slots } from './limits.js';
import { type Dump, dumpOf, type Instrument } from './market.js';
import { daysWithin, monthsWithin } from './pieces.js';
import { isAbsent, RequestError } from './request-error.js';

/** A symbol that was ever traded has dumps of a few months, or weeks, on end: not every one has to be asked for. */
const EVERY_MONTH = 3;
const EVERY_DAY = 7;

/**
 * Whether the exchange has any dump of an instrument that its API does not know: delisted ones go on to have them.
 *
 * @returns true also when the server does not say
 */
export async function hasAnyDump(
  cache: DumpCache,
  slots: Slots,
  instrument: Instrument,
  interval: string,
  range: Stretch,
): Promise<boolean> {
  const months = monthsWithin(range);
  const candidates =
    months.length > 0
      ? some(months, EVERY_MONTH).map(({ from }) => dumpOf(instrument, interval, 'monthly', from))
      : some(daysWithin(range), EVERY_DAY).map(({ from }) => dumpOf(instrument, interval, 'daily', from));
  let isFound = false;
  const ask = async (dump: Dump): Promise<void> => {
    if (isFound) return;
    try {
      await cache.publishedHash(dump);
      isFound = true;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (!isAbsent(error)) isFound = true;
    }
  };
  await Promise.all(candidates.map((dump) => slots.use(() => ask(dump))));
  return isFound;
}

/** Every so many of them, and the last one. */
const some = <T>(items: readonly T[], every: number): T[] =>
  items.filter((_, i) => i % every === 0 || i === items.length - 1);
