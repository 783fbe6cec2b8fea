import { readGeneration } from '../reads/generation.js';
import type { StrategyRecord } from '../strategy.js';
import type { Warehouse } from '../warehouse.js';
import type { AnalyticsFilter } from './filter.js';
import { Sample } from './sample.js';

/** Samples that are kept; each holds a snapshot and, at a million predictions, some 100 MB of what DuckDB may hold. */
const MAX_KEPT = 2;
/** How long one is kept that nobody asks for: a page of figures asks for all of them at once. */
const IDLE_MS = 5000;

/**
 * Samples that were opened a moment ago, for whoever asks for other figures over the same filter: making one costs more than
 * most figures do. One that the data has moved on from is not lent.
 */
export class SampleShelf {
  readonly warehouse: Warehouse;
  /** By strategy version and filter, the one that was asked for last at the end. */
  readonly #kept = new Map<string, KeptSample>();
  readonly #closing = new Set<Promise<void>>();

  constructor(warehouse: Warehouse) {
    this.warehouse = warehouse;
  }

  /** Runs `work` on a sample, which is its alone meanwhile. */
  async lend<T>(
    record: StrategyRecord,
    filter: AnalyticsFilter,
    withRegimes: boolean,
    work: (sample: Sample) => Promise<T>,
  ): Promise<T> {
    const generation = await readGeneration(this.warehouse);
    const key = `${record.strategyId} ${JSON.stringify(filter)}`;
    const kept = this.#kept.get(key);
    const lent = kept?.serves(generation, withRegimes)
      ? kept
      : new KeptSample(this.warehouse, record, filter, withRegimes, generation);
    this.#keep(key, lent);
    try {
      return await lent.run(work);
    } catch (error) {
      // Its transaction may be lost.
      if (this.#kept.get(key) === lent) this.#drop(key);
      throw error;
    }
  }

  /** Gives every snapshot back. */
  async close(): Promise<void> {
    for (const key of [...this.#kept.keys()]) this.#drop(key);
    await Promise.all(this.#closing);
  }

  #keep(key: string, sample: KeptSample): void {
    if (this.#kept.get(key) !== sample) this.#drop(key);
    this.#kept.delete(key);
    this.#kept.set(key, sample);
    sample.dropWhenIdle(() => {
      if (this.#kept.get(key) === sample) this.#drop(key);
    });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT) this.#drop(oldest!);
  }

  #drop(key: string): void {
    const sample = this.#kept.get(key);
    if (sample === undefined) return;
    this.#kept.delete(key);
    const closed = sample.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

/** A sample in a transaction that stays open. */
class KeptSample {
  readonly #withRegimes: boolean;
  readonly #generation: string;
  readonly #opened: Promise<Sample>;
  readonly #closed: Promise<void>;
  #release: () => void = () => {};
  /** Who uses it, one after the other. */
  #last: Promise<unknown>;
  #timer: NodeJS.Timeout | undefined;

  /** @param generation of the data now */
  constructor(
    warehouse: Warehouse,
    record: StrategyRecord,
    filter: AnalyticsFilter,
    withRegimes: boolean,
    generation: string,
  ) {
    this.#withRegimes = withRegimes;
    this.#generation = generation;
    const released = new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    let found: (sample: Sample) => void;
    let failed: (error: unknown) => void;
    this.#opened = new Promise((resolve, reject) => {
      [found, failed] = [resolve, reject];
    });
    this.#last = this.#opened.catch(() => undefined);
    this.#closed = warehouse
      .analyse(async (session) => {
        found(await Sample.open(session, record, filter, withRegimes));
        await released;
      })
      .catch((error: unknown) => failed(error));
  }

  /** True when it was opened for that generation (it may have seen a commit more, as any query may) and has what is wanted. */
  serves(generation: string, withRegimes: boolean): boolean {
    return generation === this.#generation && (this.#withRegimes || !withRegimes);
  }

  run<T>(work: (sample: Sample) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => work(await this.#opened));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Calls back when nobody has used it for a while. */
  dropWhenIdle(drop: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#last.then(drop), IDLE_MS);
    this.#timer.unref();
  }

  /** Ends the transaction when the last one has used it. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#last;
    this.#release();
    await this.#closed;
  }
}
