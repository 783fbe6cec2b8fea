import { setTimeout as delay } from 'node:timers/promises';
import { WarehouseFailedError } from '../../warehouse/index.js';
import { FencedError, type StreamCore } from './core.js';
import type { StreamBatch } from './dead-letter.js';

/** What became of a batch: `left` ones are not taken in and come again. */
export type Outcome = 'taken' | 'left';

interface Waiting {
  readonly batch: StreamBatch;
  /** False when the batch's partition belongs to somebody else by now. */
  readonly isAlive: () => boolean;
  readonly resolve: (outcome: Outcome) => void;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;
/** Finer bars are looked at when nothing else waits, but not later than this. */
const REFINE_AFTER_MS = 2_000;
/** Memory is given back after so many bars: some seconds of a full load, and seldom while bars come one by one. */
const TRIM_EVERY_BARS = 65_536;
/** With no bars coming, what is due by the clock is done this often. */
const TICK_MS = 1_000;
/** Work that has brought nothing for so many ticks is waited for. */
const WAITING_TICKS = 5;

export interface GroupOptions {
  /** Messages of one transaction at most. */
  readonly transactionMessages: number;
  readonly retry: (what: string, error: Error, waitMs: number) => void;
  /** What is under way has brought no result for some seconds: a warehouse that hangs, or much work. */
  readonly waiting: (what: string) => void;
  /** False while something is tried again or waited for. */
  readonly flowing: (isFlowing: boolean) => void;
  /** Trying again would not help. */
  readonly failed: (error: Error) => void;
  /** Somebody else has moved an offset. */
  readonly fenced: () => void;
  /** The warehouse was looked at anew: others may have left work. */
  readonly renewed: () => Promise<void>;
}

/**
 * Takes the batches of several Kafka partitions in together, as many as wait: under load one transaction serves them all,
 * and a single bar does not wait for others. What fails is tried again until it is done or belongs to somebody else.
 */
export class GroupCommit {
  #waiting: Waiting[] = [];
  #work: Promise<void> | null = null;
  #refineSince: number | null = null;
  /** Bars computed since memory was given back. */
  #untrimmed = 0;
  readonly #stop = new AbortController();
  readonly #ticks = setInterval(() => this.#tick(), TICK_MS);
  /** What is under way, and ticks since something was done. */
  #doing = '';
  #quietTicks = 0;
  #isFlowing = true;

  constructor(
    private readonly core: StreamCore,
    private readonly options: GroupOptions,
  ) {}

  submit(batch: StreamBatch, isAlive: () => boolean): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#waiting.push({ batch, isAlive, resolve });
      this.#start();
    });
  }

  /** Looks at the warehouse anew: the partitions may have been another one's. */
  renew(): void {
    this.core.drop();
    this.#start();
  }

  /** Resolves when nothing waits and nothing is under way. */
  async idle(): Promise<void> {
    while (this.#work !== null) await this.#work;
  }

  /** Resolves when nothing is under way; what waits or fails is left. */
  async stop(): Promise<void> {
    clearInterval(this.#ticks);
    this.#stop.abort();
    await this.#work;
  }

  #tick(): void {
    if (this.#work === null) this.#quietTicks = 0;
    else if (++this.#quietTicks === WAITING_TICKS) {
      if (this.#isFlowing) this.options.waiting(this.#doing);
      this.#flow(false);
    }
    this.#start();
  }

  #flow(isFlowing: boolean): void {
    if (isFlowing) this.#quietTicks = 0;
    if (isFlowing !== this.#isFlowing) this.options.flowing(isFlowing);
    this.#isFlowing = isFlowing;
  }

  #start(): void {
    this.#work ??= this.#run().finally(() => {
      this.#work = null;
      // What came in the very moment in which the loop ended.
      if (this.#waiting.length > 0) this.#start();
    });
  }

  async #run(): Promise<void> {
    // Batches of one fetch are handed over in one turn of the event loop.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0 || this.core.hasWork) {
      if (this.#stop.signal.aborted) {
        for (const { resolve } of this.#waiting.splice(0)) resolve('left');
        return;
      }
      if (this.core.isStale) await this.#untilDone('warehouse', () => this.#renew());
      if (this.#waiting.length > 0) await this.#take();
      if (this.#untrimmed >= TRIM_EVERY_BARS) await this.#untilDone('memory', () => this.#trim());
      if (this.core.isTimeToLook) await this.#untilDone('changes of others', () => this.core.look());
      if (this.core.isUnsettled) await this.#untilDone('ledger', () => this.core.settle());
      if (this.#isTimeToRefine()) await this.#untilDone('finer bars', () => this.core.refine());
      await new Promise(setImmediate);
    }
  }

  async #renew(): Promise<void> {
    await this.core.renew();
    await this.options.renewed();
  }

  async #take(): Promise<void> {
    const group = this.#next();
    await this.#untilDone('transaction', async () => {
      const dead = group.filter(({ isAlive }) => !isAlive());
      for (const { resolve } of dead) resolve('left');
      const alive = group.filter(({ isAlive }) => isAlive());
      if (alive.length > 0)
        this.#untrimmed += (await this.core.take(alive.map(({ batch }) => batch))).computed;
      for (const { resolve } of alive) resolve('taken');
    });
    // Resolved ones are not resolved again.
    for (const { resolve } of group) resolve('left');
  }

  async #trim(): Promise<void> {
    await this.core.context.warehouse.trim();
    this.#untrimmed = 0;
  }

  #next(): Waiting[] {
    let messages = 0;
    let count = 0;
    for (const { batch } of this.#waiting) {
      messages += batch.messages.length;
      if (count > 0 && messages > this.options.transactionMessages) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  #isTimeToRefine(): boolean {
    if (!this.core.hasRefinements) {
      this.#refineSince = null;
      return false;
    }
    this.#refineSince ??= performance.now();
    if (this.#waiting.length > 0 && performance.now() - this.#refineSince < REFINE_AFTER_MS) return false;
    this.#refineSince = null;
    return true;
  }

  /** A warehouse or broker that is away is waited for; it never makes a dead letter. */
  async #untilDone(what: string, work: () => Promise<void>): Promise<void> {
    for (
      let waitMs = FIRST_WAIT_MS;
      !this.#stop.signal.aborted;
      waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)
    ) {
      try {
        this.#doing = what;
        await work();
        this.#flow(true);
        return;
      } catch (thrown) {
        // Of whatever work: what lacks memory now would lack it again.
        const error = this.core.context.warehouse.failure(thrown as Error);
        if (error instanceof FencedError) {
          this.#flow(true);
          this.options.fenced();
          return;
        }
        this.#flow(false);
        if (error instanceof WarehouseFailedError) return this.options.failed(error);
        this.options.retry(what, error, waitMs);
        await delay(waitMs, undefined, { signal: this.#stop.signal }).catch(() => {});
      }
    }
  }
}
