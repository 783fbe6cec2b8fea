import { type Stretch, without } from './coverage.js';
import type { CachedDump, DumpCache } from './dump-cache.js';
import type { Slots } from './limits.js';
import type { LoadedDumps } from './loaded-dumps.js';
import { type Dump, dumpOf, type Instrument } from './market.js';
import { daysWithin, type Piece, planDays } from './pieces.js';
import type { ChangedDump, DownloadFailure } from './report.js';
import { isAbsent, RequestError } from './request-error.js';

/** A month that ended so long ago has its monthly dump, if it ever gets one. */
const PUBLISHED_AFTER_MS = 45 * 86_400_000;

/** What became of a piece, ranges in time order: what can be loaded, is to be asked of the API, or failed. */
export type Fetched =
  | (Stretch & {
      readonly kind: 'dump';
      readonly url: string;
      readonly dump: CachedDump;
      /** What it differs from; null: from nothing that is known. */
      readonly change: ChangedDump | null;
    })
  /** Its bars stand, and so does its file in the cache. */
  | (Stretch & { readonly kind: 'known' })
  /** Its bars stand, and other bytes are published by now. */
  | (Stretch & { readonly kind: 'changed'; readonly change: ChangedDump })
  | (Stretch & { readonly kind: 'rest' })
  | (DownloadFailure & { readonly kind: 'failure' });

export interface DumpFetchOptions {
  readonly cache: DumpCache;
  /** How many dumps are under way at once: the first ones are to be whole before the last ones are begun. */
  readonly slots: Slots;
  readonly instrument: Instrument;
  readonly interval: string;
  readonly durationMs: number;
  /**
   * Whether the API knows the symbol: where a dump of one that it does not know is absent there is nobody else to ask.
   */
  readonly isKnown: boolean;
  readonly loaded: LoadedDumps;
  /** Epoch ms. */
  readonly now: number;
}

/** Brings dumps of one instrument and interval into the cache. */
export class DumpFetch {
  constructor(private readonly options: DumpFetchOptions) {}

  /** @throws what is no fault of the network */
  async fetch(piece: Piece): Promise<Fetched[]> {
    const { isKnown, durationMs } = this.options;
    if (piece.kind === 'day') return piece.isThere ? this.recheck('daily', piece) : this.fetchDays([piece]);
    if (piece.kind === 'rest') return isKnown ? [piece] : this.fetchDays(planDays(piece, durationMs));
    return piece.isThere ? this.recheckMonth(piece) : this.fetchMonth(piece);
  }

  private dump(kind: 'monthly' | 'daily', time: number): Dump {
    return dumpOf(this.options.instrument, this.options.interval, kind, time);
  }

  private async fetchMonth(month: Stretch): Promise<Fetched[]> {
    const fetched = await this.fetchDump(this.dump('monthly', month.from), month);
    if (fetched !== null) return [fetched];
    const isOld = month.to + PUBLISHED_AFTER_MS < this.options.now;
    if (isOld && !this.options.isKnown) return [];
    return this.fetchDays(planDays(month, this.options.durationMs));
  }

  /** Days; those without a dump are asked of the API, neighbours together. */
  private async fetchDays(days: readonly Piece[]): Promise<Fetched[]> {
    const found = await Promise.all(
      days.map(async (day): Promise<Fetched | null> => {
        if (day.kind === 'rest') return null;
        return this.fetchDump(this.dump('daily', day.from), day);
      }),
    );
    const fetched = found.filter((item) => item !== null);
    if (!this.options.isKnown || days.length === 0) return fetched;
    const whole = { from: days[0]!.from, to: days.at(-1)!.to };
    const absent = without(whole, fetched).map((stretch) => ({ kind: 'rest', ...stretch }) as const);
    return [...fetched, ...absent].sort((a, b) => a.from - b.from);
  }

  private async recheckMonth(month: Stretch): Promise<Fetched[]> {
    const { loaded, instrument, interval } = this.options;
    const days = daysWithin(month, loaded.days(instrument, interval));
    const parts = [this.recheck('monthly', month), ...days.map((day) => this.recheck('daily', day))];
    return (await Promise.all(parts)).flat();
  }

  /** Of a dump whose bars stand only what is published by now is of interest: nothing where nobody says so. */
  private async recheck(kind: 'monthly' | 'daily', { from, to }: Stretch): Promise<Fetched[]> {
    const { cache, slots, loaded } = this.options;
    const dump = this.dump(kind, from);
    const stored = await cache.stored(dump);
    const knownSha256 = loaded.sha256(dump.fileName) ?? stored?.sha256 ?? null;
    // Bars that came from somewhere else, or a day of which there is none.
    if (knownSha256 === null) return [];
    const publishedSha256 = await slots
      .use(() => cache.publishedHash(dump))
      .catch((error: unknown) => {
        if (error instanceof RequestError) return stored?.sha256 ?? knownSha256;
        throw error;
      });
    if (publishedSha256 === knownSha256) return stored === null ? [] : [{ kind: 'known', from, to }];
    const change = { url: cache.url(dump), knownSha256, publishedSha256, isReplaced: false };
    if (!cache.refetch) return [{ kind: 'changed', from, to, change }];
    const fetched = await this.fetchDump(dump, { from, to });
    return fetched === null ? [] : [fetched];
  }

  /** null: the exchange has no such dump. */
  private async fetchDump(dump: Dump, { from, to }: Stretch): Promise<Fetched | null> {
    const { cache, slots, loaded } = this.options;
    const url = cache.url(dump);
    try {
      const cached = await slots.use(() => cache.get(dump));
      const { publishedSha256, sha256 } = cached;
      const knownSha256 = loaded.sha256(dump.fileName) ?? cached.changedFrom;
      const change =
        knownSha256 === null || knownSha256 === publishedSha256
          ? null
          : { url, knownSha256, publishedSha256, isReplaced: sha256 === publishedSha256 };
      return { kind: 'dump', from, to, url, dump: cached, change };
    } catch (error) {
      if (isAbsent(error)) return null;
      if (!(error instanceof RequestError)) throw error;
      return { kind: 'failure', from, to, url: error.url, reason: error.message };
    }
  }
}
