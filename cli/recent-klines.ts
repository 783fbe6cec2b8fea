import { HTTP_DEFAULTS, type LoadReport, marketDefaults, whyUnreachable } from '../engine/index.js';
import type { Warehouse } from '../warehouse/index.js';
import { downloadWithProgress } from './downloading.js';
import type { ExchangeOptions } from './exchange-options.js';
import { counted } from './format.js';
import { note } from './output.js';

const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
const INTERVALS = ['1h', '2h'];
/** Whole months before the current one. */
const MONTHS = 3;
/** Without an answer by then there is no network to speak of. */
const REACH_MS = 10_000;
/** A first look at the program should not take longer; what has come by then is what there is to see. */
const LONGEST_MS = 120_000;

/**
 * Loads the recent months of two symbols, so that there is something real to look at.
 *
 * @returns what was loaded; `reason`, for people, is null when klines of them stand in the warehouse now
 */
export async function downloadRecent(
  warehouse: Warehouse,
  { dumpUrl, restUrl, cache }: ExchangeOptions,
): Promise<{ readonly loaded: readonly LoadReport[]; readonly reason: string | null }> {
  const now = Date.now();
  const date = new Date(now);
  const from = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - MONTHS);
  const why = await whyUnreachable(dumpUrl, from, REACH_MS);
  if (why !== null) return { loaded: [], reason: why };
  note(
    `no klines are loaded: fetching the last ${MONTHS} months of ${SYMBOLS.join(' and ')} from ${dumpUrl}`,
  );
  const defaults = marketDefaults('spot');
  const limit = AbortSignal.timeout(LONGEST_MS);
  try {
    const report = await downloadWithProgress(warehouse, {
      market: 'spot',
      symbols: SYMBOLS,
      intervals: INTERVALS,
      from,
      to: now,
      now,
      cacheFolder: cache,
      dumpUrl,
      restUrl: restUrl ?? defaults.restUrl,
      weightPerMinute: defaults.weightPerMinute,
      http: { ...HTTP_DEFAULTS, tries: 3, silenceMs: REACH_MS },
      refetch: false,
      revise: false,
      signal: limit,
    });
    const failures = report.partitions.flatMap((partition) => partition.failures);
    for (const { url, reason } of failures.slice(0, 3)) note(`not fetched: ${url}: ${reason}`);
    if (failures.length > 3) note(`not fetched: ${counted(failures.length - 3, 'more piece')}`);
    const loaded = report.partitions.flatMap(({ loads }) => loads);
    if (await isLoaded(warehouse)) return { loaded, reason: null };
    return { loaded, reason: failures[0]?.reason ?? 'the exchange has no klines' };
  } catch (error) {
    if (!limit.aborted) throw error;
    const reason = `it was not done in ${LONGEST_MS / 1000} s`;
    if (!(await isLoaded(warehouse))) return { loaded: [], reason };
    note(`${reason}: going on with what has come; klinemill download fetches the rest`);
    return { loaded: [], reason: null };
  }
}

async function isLoaded(warehouse: Warehouse): Promise<boolean> {
  return (await warehouse.partitions()).some(({ symbol }) => SYMBOLS.includes(symbol));
}

/**
 * True when all that is loaded came from downloads and the newest of them did not come to its end: somebody stopped the
 * first start.
 */
export async function isRecentUnfinished(warehouse: Warehouse): Promise<boolean> {
  const partitions = await warehouse.partitions();
  const isOurs = partitions.every(
    ({ symbol, interval }) => SYMBOLS.includes(symbol) && INTERVALS.includes(interval),
  );
  if (!isOurs) return false;
  const runs = (await warehouse.runs(1000)).filter(({ kind }) => kind === 'load' || kind === 'download');
  return runs.length > 0 && runs.every(({ kind }) => kind === 'download') && runs[0]!.status !== 'DONE';
}
