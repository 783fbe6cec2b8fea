import {
  type PartitionKey,
  PartitionMovedError,
  type StrategyRecord,
  type WriteSession,
} from '../../warehouse/index.js';
import { type SeriesChange, writeHeads, writeTasks } from './bookkeeping.js';
import type { StreamContext } from './context.js';
import type { DeadLetter, StreamBatch, StreamMessage } from './dead-letter.js';
import { type Decoded, decode, type TakeRules } from './decode.js';
import { Ingest, type Ingested } from './ingest.js';
import type { StreamObserver } from './observer.js';
import { applyingStrategies, openSeries } from './open-series.js';
import type { Outbox } from './outbox.js';
import { FRESH_ROWS } from './publisher.js';
import { Refinements } from './refinements.js';
import type { Series } from './series.js';
import { messageKey } from './topics.js';

/** Another consumer has moved an offset: what this one knows of the partition is out of date. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

export interface CoreOptions {
  readonly topic: string;
  readonly rules: Omit<TakeRules, 'now'>;
  /** Sends dead letters; resolves when the broker has them. */
  readonly bury: (letters: readonly DeadLetter[]) => Promise<void>;
  readonly observer: StreamObserver;
  /** null: predictions are not published. */
  readonly outbox: Outbox | null;
}

/** Published positions are stored this often: a statement less a transaction. */
const OUTBOX_EVERY_MS = 1000;
/** Tasks of the ledger are written this often: a replica follows them. */
const SETTLE_EVERY_MS = 60_000;

/** Takes batches of messages into the warehouse, one transaction at a time. Knows nothing of Kafka. */
export class StreamCore {
  readonly #series = new Map<string, Series>();
  readonly #refinements: Refinements;
  #settledAt = performance.now();
  #isStale = false;
  /** Newest strategies when they were looked at. */
  #strategyIds = '';
  #outboxStoredAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly context: StreamContext,
    readonly options: CoreOptions,
  ) {
    this.#refinements = new Refinements(context, this.#series);
  }

  /** Series that are open. */
  get series(): Iterable<Series> {
    return this.#series.values();
  }

  /** Something is to be done, whether bars come or not. */
  get hasWork(): boolean {
    return this.#isStale || this.hasRefinements || this.isTimeToLook || this.isUnsettled;
  }

  /** Time to settle: whoever follows the ledger waits for it. */
  get isUnsettled(): boolean {
    return performance.now() - this.#settledAt > SETTLE_EVERY_MS;
  }

  /** What it knows of the warehouse is out of date. */
  get isStale(): boolean {
    return this.#isStale;
  }

  get hasRefinements(): boolean {
    return this.#refinements.areWaiting;
  }

  /** Time to look at what others have changed. */
  get isTimeToLook(): boolean {
    return this.#refinements.isTimeToLook;
  }

  /** What it knows of the warehouse is to be renewed before the next batches: somebody else may have written. */
  drop(): void {
    this.#isStale = true;
  }

  /** Forgets what it knows of the warehouse. */
  async renew(): Promise<void> {
    await this.options.outbox?.reload(this.context.warehouse);
    this.#series.clear();
    await this.#refinements.renew();
    this.#isStale = false;
  }

  /**
   * Klines, facts, state and offsets of these batches in one transaction.
   *
   * @throws FencedError when another consumer has taken one of them in; whatever the warehouse or the broker throws.
   *   Nothing is written then, and what is known of the series is dropped. PartitionMovedError when a batch has changed bars
   *   of some that are open: these are opened anew with the next call, the others stay.
   */
  async take(batches: readonly StreamBatch[]): Promise<Ingested> {
    const { context, options } = this;
    const { observer } = options;
    if (this.#isStale) await this.renew();
    const startedAt = performance.now();
    const decoded = decode(messagesOf(batches), { ...options.rules, now: context.now() });
    const decodedAt = performance.now();
    await this.#open(decoded);
    const openedAt = performance.now();
    observer.reached?.('before-transaction');
    const session = await context.warehouse.begin();
    let haveMovedOn = false;
    try {
      const [moved] = await this.#forgetMoved(session, this.#seriesOf(decoded));
      if (moved !== undefined) throw new PartitionMovedError(moved.key);
      const ingest = new Ingest(
        context,
        session,
        (key) => this.#at(key),
        options.topic,
        options.rules.revise,
      );
      haveMovedOn = true;
      const ingested = await ingest.run(decoded);
      const computedAt = performance.now();
      await ingest.writeLedgers();
      this.#refinements.taken(ingested.changes);
      await this.#moveOffsets(session, batches);
      const positions = await this.#storeOutbox(session, ingested.changes);
      const writtenAt = performance.now();
      if (ingested.dead.length > 0) await options.bury(ingested.dead);
      observer.reached?.('in-transaction');
      await session.commit();
      observer.reached?.('after-commit');
      options.outbox?.stored(positions);
      observer.committed?.(batches, ingested, {
        decodeMs: decodedAt - startedAt,
        openMs: openedAt - decodedAt,
        computeMs: computedAt - openedAt,
        ledgerMs: writtenAt - computedAt,
        commitMs: performance.now() - writtenAt,
      });
      for (const { series, fresh } of ingested.changes)
        if (fresh === null || fresh.bars > FRESH_ROWS) series.release();
      return ingested;
    } catch (error) {
      await session.rollback().catch(() => {});
      // Found before anything was done, only the moved ones are opened anew.
      if (haveMovedOn || !(error instanceof PartitionMovedError)) this.drop();
      throw error;
    }
  }

  /** Looks at bars that others have changed, and at strategies. */
  async look(): Promise<void> {
    if (this.#isStale) return;
    await this.#refinements.look();
    await this.#lookAtStrategies();
  }

  /** Computes exits that finer bars may decide anew (SPEC 6); in transactions of their own. */
  refine(): Promise<void> {
    return this.#refinements.run();
  }

  /**
   * Writes what the transactions of bars leave for later: tasks of the ledger, heads that finer bars have passed by, and how
   * far predictions are published.
   */
  async settle(): Promise<void> {
    this.#settledAt = performance.now();
    await this.look();
    await this.#settle();
  }

  async #settle(): Promise<void> {
    const positions = this.options.outbox?.toStore() ?? [];
    const known = this.#isStale ? [] : [...this.#series.values()];
    const due = known.filter(({ untasked, isBehind }) => untasked !== null || isBehind);
    if (positions.length + due.length === 0) return;
    const session = await this.context.warehouse.begin();
    try {
      await session.setOutboxPositions(positions);
      const moved = await this.#forgetMoved(session, due);
      for (const series of due) {
        if (moved.includes(series)) continue;
        const block = series.incompleteBlock();
        const blocks = block === null ? [] : [block];
        if (series.untasked !== null)
          await writeTasks(this.context, session, series, series.untasked, blocks);
        if (!series.isBehind) continue;
        this.#refinements.claim(series);
        await writeHeads(this.context, session, series);
      }
      await session.commit();
      this.options.outbox?.stored(positions);
    } catch (error) {
      await session.rollback().catch(() => {});
      this.drop();
      throw error;
    }
  }

  /**
   * Series whose strategies are others by now are forgotten: they are opened with the new ones, and what those say of the
   * bars so far is computed, when their next bar comes.
   */
  async #lookAtStrategies(): Promise<void> {
    const strategies = await this.context.warehouse.strategies();
    const valid = strategies.filter(({ isNewest, isEnabled }) => isNewest && isEnabled);
    const ids = idsOf(valid);
    if (ids === this.#strategyIds) return;
    const moved = [...this.#series.values()].filter(
      (series) => idsOf(applyingStrategies(valid, series.key)) !== idsOf(series.strategies),
    );
    // The ledger has no task of their newest bars yet.
    if (moved.length > 0) await this.#settle();
    for (const { key } of moved) this.#series.delete(messageKey(key));
    this.#strategyIds = ids;
  }

  #at(key: PartitionKey): Series {
    return this.#series.get(messageKey(key))!;
  }

  /** Open series that these messages bring bars of. */
  #seriesOf({ layers }: Decoded): Series[] {
    const bringing = layers.flat().filter(({ rows }) => rows > 0);
    return [...new Set(bringing.map(({ key }) => this.#at(key)))];
  }

  /**
   * Makes these series the session's alone, and forgets those that a batch has changed since they were opened: their state
   * and heads would pass over its bars. @returns those that are opened anew when their next bar comes
   */
  async #forgetMoved(session: WriteSession, series: readonly Series[]): Promise<Series[]> {
    const known = series.map((one) => ({ ...one.key, seq: one.seq, one }));
    const moved = (await session.movedSince(known)).map(({ one }) => one);
    for (const { key } of moved) this.#series.delete(messageKey(key));
    return moved;
  }

  async #open({ layers }: Decoded): Promise<void> {
    const { context, options } = this;
    const opened = new Map<string, Series>();
    for (const { key, rows } of layers.flat()) {
      const name = messageKey(key);
      if (rows > 0 && !this.#series.has(name) && !opened.has(name))
        opened.set(name, await openSeries(context, key));
    }
    if (opened.size === 0) return;
    // A series without its positions must not count as open.
    await options.outbox?.add(context.warehouse, [...opened.values()]);
    for (const [name, series] of opened) {
      this.#series.set(name, series);
      context.loaded.add(series.key);
    }
  }

  async #moveOffsets(session: WriteSession, batches: readonly StreamBatch[]): Promise<void> {
    const moves = batches.map(({ partition, from, next }) => ({ partition, expected: from, next }));
    if (!(await session.moveOffsets(this.options.topic, moves)))
      throw new FencedError('stream: another consumer has taken one of these partitions over');
  }

  async #storeOutbox(session: WriteSession, changes: readonly SeriesChange[]) {
    const { outbox } = this.options;
    if (outbox === null) return [];
    const changed = changes.filter(({ reason }) => reason === 'changed bars');
    const isTime = performance.now() - this.#outboxStoredAt >= OUTBOX_EVERY_MS;
    if (changed.length === 0 && !outbox.isUrgent && !isTime) return [];
    this.#outboxStoredAt = performance.now();
    const positions = outbox.toStore(changed);
    await session.setOutboxPositions(positions);
    return positions;
  }
}

function* messagesOf(batches: readonly StreamBatch[]): Generator<StreamMessage> {
  for (const { messages } of batches) yield* messages;
}

const idsOf = (strategies: readonly StrategyRecord[]): string =>
  strategies.map(({ strategyId }) => strategyId).join();
