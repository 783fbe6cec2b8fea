import { type Stretch, without } from './coverage.js';
import type { CachedDump, DumpCache } from './dump-cache.js';
import type { Slots } from './limits.js';
import { type Dump, dumpOf, type Instrument } from './market.js';
import { type Piece, planDays } from './pieces.js';
import type { DownloadFailure } from './report.js';
import { isAbsent, RequestError } from './request-error.js';

/** A month that ended so long ago has its monthly dump, if it ever gets one. */
const PUBLISHED_AFTER_MS = 45 * 86_400_000;

/** What became of a piece, ranges in time order: what can be loaded, is to be asked of the API, or failed. */
export type Fetched =
  | (Stretch & {
      readonly kind: 'dump';
      readonly url: string;
      readonly dump: CachedDump;
      readonly isThere: boolean;
    })
  | (Stretch & { readonly kind: 'rest' })
  | (DownloadFailure & { readonly kind: 'failure' });

/** Brings dumps of one instrument and interval into the cache. */
export class DumpFetch {
  /**
   * @param slots how many dumps are under way at once: the first ones are to be whole before the last ones are begun
   * @param isKnown whether the API knows the symbol: where a dump of one that it does not know is absent there is
   *   nobody else to ask
   * @param now epoch ms
   */
  constructor(
    private readonly cache: DumpCache,
    private readonly slots: Slots,
    private readonly instrument: Instrument,
    private readonly interval: string,
    private readonly durationMs: number,
    private readonly isKnown: boolean,
    private readonly now: number,
  ) {}

  /** @throws what is no fault of the network */
  async fetch(piece: Piece): Promise<Fetched[]> {
    if (piece.kind === 'day') return this.fetchDays([piece]);
    if (piece.kind === 'rest')
      return this.isKnown ? [piece] : this.fetchDays(planDays(piece, this.durationMs));
    return this.fetchMonth(piece);
  }

  private async fetchMonth(month: Stretch & { readonly isThere: boolean }): Promise<Fetched[]> {
    const dump = dumpOf(this.instrument, this.interval, 'monthly', month.from);
    // Whoever threw the cache away does not want it back for bars that are loaded.
    if (month.isThere && (await this.cache.stored(dump)) === null) return [];
    const fetched = await this.fetchDump(dump, month, month.isThere);
    if (fetched !== null) return [fetched];
    const isOld = month.to + PUBLISHED_AFTER_MS < this.now;
    if (month.isThere || (isOld && !this.isKnown)) return [];
    return this.fetchDays(planDays(month, this.durationMs));
  }

  /** Days; those without a dump are asked of the API, neighbours together. */
  private async fetchDays(days: readonly Piece[]): Promise<Fetched[]> {
    const found = await Promise.all(
      days.map(async (day): Promise<Fetched | null> => {
        if (day.kind === 'rest') return null;
        const dump = dumpOf(this.instrument, this.interval, 'daily', day.from);
        return this.fetchDump(dump, day, false);
      }),
    );
    const fetched = found.filter((item) => item !== null);
    if (!this.isKnown || days.length === 0) return fetched;
    const whole = { from: days[0]!.from, to: days.at(-1)!.to };
    const absent = without(whole, fetched).map((stretch) => ({ kind: 'rest', ...stretch }) as const);
    return [...fetched, ...absent].sort((a, b) => a.from - b.from);
  }

  /** null: the exchange has no such dump. */
  private async fetchDump(dump: Dump, { from, to }: Stretch, isThere: boolean): Promise<Fetched | null> {
    const url = this.cache.url(dump);
    try {
      return { kind: 'dump', from, to, url, dump: await this.slots.use(() => this.cache.get(dump)), isThere };
    } catch (error) {
      if (isAbsent(error)) return null;
      if (!(error instanceof RequestError)) throw error;
      return { kind: 'failure', from, to, url: error.url, reason: error.message };
    }
  }
}
