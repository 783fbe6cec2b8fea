import type { KlineChange, PartitionKey } from '../../warehouse/index.js';
import { durationOf } from '../interval.js';
import { plan, recompute } from '../recompute.js';
import type { SeriesChange } from './bookkeeping.js';
import type { StreamContext } from './context.js';
import type { Series } from './series.js';
import { messageKey } from './topics.js';

/** Changes of bars that others have made are looked for this often. */
const LOOK_EVERY_MS = 2_000;

/**
 * Series with contested exits that finer bars may decide anew (SPEC 6). The finer bars may be another consumer's, or a
 * batch's: every change of klines is looked at before a head claims to have taken it into account.
 */
export class Refinements {
  /** Partitions that wait, by their name. */
  readonly #waiting = new Map<string, PartitionKey>();
  /** Changes up to this one are looked at. */
  #lookedAt = 0;
  #looked = performance.now();

  /** @param open series by their name */
  constructor(
    private readonly context: StreamContext,
    private readonly open: ReadonlyMap<string, Series>,
  ) {}

  get areWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  get isTimeToLook(): boolean {
    return performance.now() - this.#looked > LOOK_EVERY_MS;
  }

  /** Bars that this consumer has taken in, their changes numbered. */
  taken(changes: readonly SeriesChange[]): void {
    for (const { series, fromTime, toTime } of changes)
      for (const key of this.#coarser(series.key)) {
        const name = messageKey(key);
        const open = this.open.get(name);
        // Of a series that is not open nothing is known.
        if (open === undefined) this.#waiting.set(name, key);
        else this.#consider(open, { seq: series.seq, fromTime, toTime });
      }
  }

  /** Looks at what others have changed. Who has opened a series looks after it: they do the same. */
  async look(): Promise<void> {
    const { warehouse, runId, loaded } = this.context;
    this.#looked = performance.now();
    for (const change of await warehouse.klineChanges(this.#lookedAt)) {
      this.#lookedAt = change.seq;
      if (change.runId === runId) continue;
      loaded.add(change);
      for (const key of this.#coarser(change)) {
        const open = this.open.get(messageKey(key));
        if (open !== undefined) this.#consider(open, change);
      }
    }
  }

  /** Looks at everything: another consumer may have left a series before it had computed it with its finer bars. */
  async renew(): Promise<void> {
    const { warehouse, versions, loaded } = this.context;
    this.#looked = performance.now();
    const { plans, partitions, seq } = await plan(warehouse, { versions });
    for (const key of partitions) loaded.add(key);
    for (const { partition } of plans) {
      const { symbol, interval } = partition;
      this.#waiting.set(messageKey(partition), { symbol, interval });
    }
    this.#lookedAt = seq;
  }

  /** Computes what waits, in transactions of its own. */
  async run(): Promise<void> {
    const { warehouse, versions, now } = this.context;
    for (const [name, key] of [...this.#waiting]) {
      await recompute(warehouse, { ...key, threads: 0, versions, now });
      this.#waiting.delete(name);
      const series = this.open.get(name);
      if (series === undefined) continue;
      series.isPending = false;
      this.claim(series);
    }
  }

  /** What was looked at and does not wait is taken into account. */
  claim(series: Series): void {
    series.finerSeq = Math.max(series.finerSeq, this.#lookedAt);
  }

  #consider(series: Series, change: Pick<KlineChange, 'seq' | 'fromTime' | 'toTime'>): void {
    series.newestFiner = Math.max(series.newestFiner, change.seq);
    if (!series.isDecidedWithin(change.fromTime, change.toTime)) return;
    this.#waiting.set(messageKey(series.key), series.key);
    series.isPending = true;
  }

  /** Partitions with bars that those of this one can fill. */
  #coarser({ symbol, interval }: PartitionKey): PartitionKey[] {
    const durationMs = durationOf(interval);
    return this.context.loaded.list().filter((key) => {
      const coarse = durationOf(key.interval);
      return key.symbol === symbol && coarse > durationMs && coarse % durationMs === 0;
    });
  }
}
