import { readGaps, type Warehouse } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import type { LoadReport } from '../load/report.js';
import { loadSource } from '../load.js';
import { type ByteSource, openFile, openStream } from '../source/file.js';
import type { Turns } from '../turns.js';
import { Coverage, type Stretch } from './coverage.js';
import type { DumpCache } from './dump-cache.js';
import { hasAnyDump } from './dump-search.js';
import { DumpFetch, type Fetched } from './fetch-pieces.js';
import type { Slots } from './limits.js';
import { LoadedDumps } from './loaded-dumps.js';
import { type Instrument, MARKETS } from './market.js';
import { missingBars } from './missing.js';
import { closedRange, type Piece, pagesOf, planPieces } from './pieces.js';
import type { ChangedDump, DownloadFailure, PartitionReport } from './report.js';
import { RequestError } from './request-error.js';
import type { Listing, RestKlines } from './rest.js';

/** What all partitions of a download share. */
export interface DownloadContext {
  readonly warehouse: Warehouse;
  readonly runId: number;
  readonly cache: DumpCache;
  readonly dumpSlots: Slots;
  readonly rest: RestKlines;
  /** One loads at a time. */
  readonly turns: Turns;
  /** Epoch ms. */
  readonly now: number;
  readonly revise: boolean;
  readonly signal: AbortSignal;
  /** More pieces are known to be needed; one is done; bars were added. */
  readonly onStep: (step: {
    readonly planned?: number;
    readonly done?: number;
    readonly added?: number;
  }) => void;
}

/** Brings one instrument and interval into the warehouse: dumps are fetched side by side and loaded in time order. */
export class PartitionDownload {
  private readonly key: { readonly symbol: string; readonly interval: string };
  private readonly range: Stretch;
  private readonly loads: LoadReport[] = [];
  private readonly failures: DownloadFailure[] = [];
  private readonly changed: ChangedDump[] = [];
  private listing: Listing | null = null;
  private pieces: readonly Piece[] = [];
  private loaded = LoadedDumps.NONE;
  private fetched = 0;
  private cached = 0;
  private restPages = 0;

  /** @param wanted open times `[from, to)`, epoch ms, on the grid or not */
  constructor(
    private readonly context: DownloadContext,
    private readonly instrument: Instrument,
    interval: string,
    private readonly durationMs: number,
    wanted: Stretch,
  ) {
    this.key = { symbol: instrument.symbol, interval };
    this.range = closedRange({ ...wanted, durationMs, now: context.now });
  }

  /**
   * Looks at what is missing, and asks the API about the symbol.
   *
   * @returns why the exchange does not know the symbol, for people; null: it does, or nobody says that it does not
   */
  async plan(): Promise<string | null> {
    const { context, instrument, durationMs, range, key } = this;
    const coverage = await this.coverage();
    this.loaded = await LoadedDumps.of(context.warehouse, key);
    const firstMissing = range.from < range.to ? coverage.missing(range)[0] : undefined;
    if (firstMissing !== undefined) this.listing = await this.askListing(firstMissing);
    const { listing } = this;
    // Between the first bar that is missing and the first that exists there is nothing to fetch.
    const firstOpenTime = listing?.kind === 'listed' ? listing.firstOpenTime : Number.NEGATIVE_INFINITY;
    const days = this.loaded.days(instrument, key.interval);
    this.pieces = planPieces(range, durationMs, coverage, days).filter(
      ({ from, to }) => from < (firstMissing?.from ?? 0) || to > firstOpenTime,
    );
    if (listing?.kind !== 'unknown' || coverage.span !== null) return null;
    const { cache, dumpSlots } = context;
    const isDelisted = await hasAnyDump(cache, dumpSlots, instrument, key.interval, range);
    return isDelisted ? null : listing.error.message;
  }

  /** Carries the plan out. */
  async run(): Promise<PartitionReport> {
    const { context, instrument, durationMs, pieces, loaded } = this;
    context.onStep({ planned: pieces.length });
    const dumps = new DumpFetch({
      cache: context.cache,
      slots: context.dumpSlots,
      instrument,
      interval: this.key.interval,
      durationMs,
      isKnown: this.listing?.kind !== 'unknown',
      loaded,
      now: context.now,
    });
    const underWay = pieces.map((piece) => dumps.fetch(piece));
    // A failure is reported when its turn comes, not as an unhandled rejection.
    for (const piece of underWay) piece.catch(() => {});
    for (const piece of underWay) {
      for (const item of await piece) await this.take(item);
      context.onStep({ done: 1 });
    }
    return this.report();
  }

  /** The API's word on where the bars begin; when it cannot be had the dumps have to show it. */
  private async askListing({ from }: Stretch): Promise<Listing> {
    try {
      return await this.context.rest.listing(this.instrument, this.key.interval, from);
    } catch (error) {
      if (error instanceof RequestError) return { kind: 'unsaid' };
      throw error;
    }
  }

  private async coverage(): Promise<Coverage> {
    const { symbol, interval } = this.key;
    const states = await this.context.warehouse.partitions();
    const state = states.find((candidate) => candidate.symbol === symbol && candidate.interval === interval);
    return Coverage.of(state ?? null, await readGaps(this.context.warehouse, this.key), this.durationMs);
  }

  private async take(item: Fetched): Promise<void> {
    this.context.signal.throwIfAborted();
    if (item.kind === 'failure') this.fail(item, item.url, item.reason);
    else if (item.kind === 'rest') await this.takePages(item);
    else if (item.kind === 'known') this.cached++;
    else if (item.kind === 'changed') this.changed.push(item.change);
    else {
      if (item.dump.fetchedBytes > 0) this.fetched++;
      else this.cached++;
      if (item.change !== null) this.changed.push(item.change);
      await this.load(openFile(item.dump.file), item, item.url);
    }
  }

  /** One request after another, so that what comes has only to be held until it is loaded. */
  private async takePages(range: Stretch): Promise<void> {
    const { interval } = this.key;
    const pages = pagesOf(range, this.durationMs, MARKETS[this.instrument.market].longestRequestMs);
    for (const page of pages) {
      try {
        const { csv, rows, url } = await this.context.rest.page(
          this.instrument,
          interval,
          page,
          this.context.now,
        );
        this.restPages++;
        if (rows === 0) continue;
        const name = `${this.key.symbol}-${interval}-rest-${new Date(page.from).toISOString()}.csv`;
        await this.load(
          openStream(name, () => oneBuffer(csv)),
          page,
          url,
        );
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        // What lies behind is asked for in the next run: in this one the tries are used up.
        this.fail({ from: page.from, to: range.to }, error.url, error.message);
        return;
      }
    }
  }

  private async load(source: ByteSource, range: Stretch, url: string): Promise<void> {
    const { context, key } = this;
    try {
      const report = await context.turns.take(() =>
        loadSource(context.warehouse, context.runId, source, key, {
          now: context.now,
          revise: context.revise,
        }),
      );
      this.loads.push(report);
      context.onStep({ added: report.added + report.revised + report.replaced });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.fail(range, url, error.message);
    }
  }

  private fail({ from, to }: Stretch, url: string, reason: string): void {
    this.failures.push({ from, to, url, reason });
  }

  private async report(): Promise<PartitionReport> {
    const { instrument, range, listing, loads, fetched, cached, restPages, failures, changed } = this;
    const coverage = await this.coverage();
    // Neither the API nor a dump nor the warehouse has heard of it.
    if (listing?.kind === 'unknown' && coverage.span === null && failures.length === 0)
      this.fail(range, listing.error.url, `no dumps, and ${listing.error.message}`);
    return {
      ...instrument,
      interval: this.key.interval,
      range,
      loads,
      fetched,
      cached,
      restPages,
      missing: missingBars(range, this.durationMs, coverage, failures),
      failures,
      changed,
    };
  }
}

async function* oneBuffer(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
