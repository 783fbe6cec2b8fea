import { setMaxListeners } from 'node:events';
import type { Warehouse } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import { durationOf } from '../interval.js';
import { Turns } from '../turns.js';
import { baseUrl } from './base-url.js';
import type { Stretch } from './coverage.js';
import { DumpCache } from './dump-cache.js';
import { HttpClient, type HttpSettings } from './http.js';
import { Slots, WeightBudget } from './limits.js';
import { type Instrument, instrumentOf, MARKETS, type MarketName } from './market.js';
import { type DownloadContext, PartitionDownload } from './partition-download.js';
import type { DownloadProgress, DownloadReport, PartitionReport } from './report.js';
import { RestKlines } from './rest.js';

export interface DownloadOptions extends Stretch {
  readonly market: MarketName;
  readonly symbols: readonly string[];
  readonly intervals: readonly string[];
  /** Epoch ms: bars that have not closed by then are not asked for. */
  readonly now: number;
  /** Dumps are kept in it; it is made when it does not exist. */
  readonly cacheFolder: string;
  /** Base URLs. */
  readonly dumpUrl: string;
  readonly restUrl: string;
  /** Request weight of the API to spend in a minute. */
  readonly weightPerMinute: number;
  readonly http: HttpSettings;
  /** Fetch dumps again whose published hash has changed since. */
  readonly refetch: boolean;
  /** Rows with other values replace what stands. */
  readonly revise: boolean;
  /** Ends the download: whole files that are loaded stay. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/**
 * Brings klines `[from, to)` (open times) of every symbol and interval into the warehouse, from the exchange's dumps and
 * its API. Dumps are fetched in parallel and loaded in time order a partition, each in a transaction of its own; run
 * again after any interruption it goes on where it stood, and fetches no dump twice. What could not be had is in the
 * report and does not keep the rest from being loaded.
 *
 * @throws UserError for what the user can mend; the signal's reason when it was aborted
 */
export async function download(warehouse: Warehouse, options: DownloadOptions): Promise<DownloadReport> {
  const startedAt = performance.now();
  const { market, symbols, intervals } = options;
  const instruments = [
    ...new Map(symbols.map((text) => instrumentOf(market, text)).map((i) => [i.symbol, i])).values(),
  ];
  if (options.from >= options.to)
    throw new UserError(
      `download: --from ${new Date(options.from).toISOString()} is not before --to ${new Date(options.to).toISOString()}`,
    );
  const dumpUrl = baseUrl('--dump-url', options.dumpUrl);
  const restUrl = baseUrl('--rest-url', options.restUrl);
  // The first error ends what else is under way.
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const http = new HttpClient(options.http, stop.signal);
  const cache = new DumpCache(http, options.cacheFolder, dumpUrl, options.refetch);
  await cache.prepare();
  const detail = `${market} ${instruments.map(({ symbol }) => symbol).join(' ')} ${intervals.join(' ')}`;
  const runId = await warehouse.startRun('download', detail, Date.now());
  const relay = (): void => stop.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', relay, { once: true });
  if (options.signal?.aborted) relay();
  try {
    const budget = new WeightBudget(options.weightPerMinute, (ms) => http.pause(ms));
    const rest = new RestKlines(http, budget, restUrl);
    const context = makeContext(warehouse, runId, options, { cache, rest, signal: stop.signal });
    const work = instruments.flatMap((instrument) =>
      [...new Set(intervals)].map((interval) => ({
        instrument,
        download: new PartitionDownload(context, instrument, interval, durationOf(interval), options),
      })),
    );
    const unknown = await allOrStop(
      work.map(async ({ instrument, download: part }) => ({ instrument, why: await part.plan() })),
      stop,
    );
    refuseUnknown(unknown, options);
    const partitions = await allOrStop(
      work.map(({ download: part }) => part.run()),
      stop,
    );
    await warehouse.finishRun(runId, 'DONE', outcome(partitions), Date.now());
    return { runId, partitions, elapsedMs: performance.now() - startedAt };
  } catch (error) {
    await warehouse.finishRun(runId, 'FAILED', (error as Error).message, Date.now());
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', relay);
  }
}

function makeContext(
  warehouse: Warehouse,
  runId: number,
  { http, now, revise, onProgress }: DownloadOptions,
  network: Pick<DownloadContext, 'cache' | 'rest' | 'signal'>,
): DownloadContext {
  const progress = { done: 0, planned: 0, added: 0 };
  return {
    ...network,
    warehouse,
    runId,
    dumpSlots: new Slots(http.parallel),
    turns: new Turns(),
    now,
    revise,
    onStep: ({ planned = 0, done = 0, added = 0 }) => {
      progress.planned += planned;
      progress.done += done;
      progress.added += added;
      onProgress?.({ ...progress });
    },
  };
}

/** @throws UserError for symbols that the exchange has never heard of: most likely typing errors */
function refuseUnknown(
  found: readonly { readonly instrument: Instrument; readonly why: string | null }[],
  { market, from, to }: DownloadOptions,
): void {
  const unknown = found.filter(({ why }) => why !== null);
  if (unknown.length === 0) return;
  const names = [...new Set(unknown.map(({ instrument }) => `'${instrument.exchangeSymbol}'`))].join(', ');
  const [first, last] = [from, to].map((time) => new Date(time).toISOString().slice(0, 10));
  throw new UserError(
    `download: the exchange does not know ${names} in ${market}, and has no dumps of it from ${first} to ${last} (${unknown[0]!.why})`,
  );
}

/** As `Promise.all`, and waits until the others have stopped: the warehouse is closed afterwards. */
async function allOrStop<T>(work: readonly Promise<T>[], stop: AbortController): Promise<T[]> {
  try {
    return await Promise.all(work);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(work);
    throw error;
  }
}

function outcome(partitions: readonly PartitionReport[]): string {
  const sum = (of: (partition: PartitionReport) => number): number =>
    partitions.reduce((total, partition) => total + of(partition), 0);
  const added = sum(({ loads }) => loads.reduce((total, load) => total + load.added, 0));
  const failures = sum((partition) => partition.failures.length);
  const text = `${sum(({ fetched }) => fetched)} dumps fetched, ${added} bars added`;
  return failures === 0 ? text : `${text}, ${failures} failed`;
}

/** The limit of a market, and where its API is, for those who do not say otherwise. */
export function marketDefaults(market: MarketName): {
  readonly restUrl: string;
  readonly weightPerMinute: number;
} {
  const { restUrl, weightPerMinute } = MARKETS[market];
  return { restUrl, weightPerMinute };
}
