import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, Consumer, ConsumerEndBatchProcessEvent, EachBatchPayload, Kafka } from 'kafkajs';
import type { Warehouse } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import type { Continuity } from './continuity.js';
import type { GroupCommit } from './group.js';
import { disconnectSoon } from './kafka.js';
import type { StreamObserver } from './observer.js';
import { Pulse } from './pulse.js';
import type { Readiness } from './readiness.js';
import { slicesOf } from './slices.js';
import { StoredOffsets } from './stored-offsets.js';

export interface ConsumerOptions {
  readonly kafka: Kafka;
  readonly warehouse: Warehouse;
  readonly topic: string;
  readonly groupId: string;
  /** A member that is silent for so long loses its partitions. */
  readonly sessionMs: number;
  readonly group: GroupCommit;
  /** Messages of one transaction at most. */
  readonly transactionMessages: number;
  /** Partitions of the topic. */
  readonly partitions: number;
  readonly observer: StreamObserver;
  readonly continuity: Continuity;
  readonly readiness: Readiness;
  /** The group was joined anew: others may have written meanwhile. */
  readonly rejoined: () => void;
  /** What comes is not to be taken in: trying again would not help. */
  readonly failed: (error: UserError) => void;
}

type BatchPayload = ConsumerEndBatchProcessEvent['payload'];

const HEARTBEAT_MS = 3_000;
/** A fetch waits so long for a message; a stop waits for the fetch. */
const FETCH_WAIT_MS = 500;
/** Of one fetch, packed: some fourteen thousand bars. With half of that a bar costs a fifth more. */
const FETCH_BYTES = 1_000_000;
/** Of one partition: the broker would fill a fetch with one, and a series that moves on in leaps needs memory for them. */
const PARTITION_BYTES = 250_000;
/** Who has fetched nothing for so long may have missed that its topic was deleted and made anew. */
const PAUSE_MS = 1_500;
const RESTART_MS = 1_000;
/** Kafka is told this often how far the warehouse is. */
const TELL_MS = 1_000;

/**
 * Reads a topic as a member of a consumer group. Where it goes on is what the warehouse says, not what Kafka says; Kafka is
 * told afterwards, for those who watch the lag.
 */
export class StreamConsumer {
  readonly #stored: StoredOffsets;
  /** Offsets that were sought, so that a hole in the log is not sought again and again. */
  readonly #sought = new Map<number, number>();
  /** Partitions that it has; the observer is told of their lag only. */
  #own: ReadonlySet<number> = new Set();
  /** Partitions whose next message may be another topic's. */
  readonly #unsure = new Set<number>();
  /** Offsets behind aborted messages and control records that are being stored. */
  readonly #skips = new Map<number, Promise<unknown>>();
  readonly #pulse: Pulse;
  #consumer: Consumer | null = null;
  /** Tells Kafka what was taken in since the last time; null: nothing was. */
  #tell: (() => Promise<void>) | null = null;
  #isStopped = false;

  constructor(private readonly options: ConsumerOptions) {
    this.#stored = new StoredOffsets(options.warehouse, options.topic);
    this.#pulse = new Pulse((isAnswering) => options.readiness.set('broker', isAnswering));
  }

  /** Starts reading; what goes wrong from here on is tried again until `stop`, which may come in the middle of it. */
  async start(): Promise<void> {
    const { kafka, topic, groupId, sessionMs, observer, readiness } = this.options;
    const consumer = kafka.consumer({
      groupId,
      // A topic that is deleted would be made again by whoever reads it.
      allowAutoTopicCreation: false,
      sessionTimeout: sessionMs,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytes: FETCH_BYTES,
      maxBytesPerPartition: PARTITION_BYTES,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 3_000,
        retries: 20,
        restartOnFailure: async () => !this.#isStopped,
      },
    });
    this.#consumer = consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      // It was joining when it was stopped, which the client does not look at.
      if (this.#isStopped) return void setImmediate(() => void disconnectSoon(consumer));
      this.forget();
      this.#assigned(memberAssignment[topic] ?? []);
      this.options.rejoined();
      readiness.set('group', true);
      // A warehouse that is away now is asked again with the first batch.
      this.#seekAll(consumer, memberAssignment[topic] ?? []).catch(() => {});
    });
    consumer.on(consumer.events.REBALANCING, () => readiness.set('group', false));
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => this.#passed(payload));
    this.#pulse.watch(consumer);
    this.#watchPauses(consumer);
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (this.#isStopped) return;
      readiness.set('group', false);
      observer.retry?.('consumer', error, RESTART_MS);
      // The client starts again by itself after errors that it takes for passing ones.
      if (!restart) void this.#restart(consumer);
    });
    await consumer.connect();
    if (this.#isStopped) return disconnectSoon(consumer);
    await consumer.subscribe({ topic, fromBeginning: true });
    if (this.#isStopped) return disconnectSoon(consumer);
    await consumer.run({
      eachBatchAutoResolve: false,
      // The client would wait for the broker's answer after every batch.
      autoCommit: false,
      // One fetch brings batches of many partitions: they all go into one transaction.
      partitionsConsumedConcurrently: this.options.partitions,
      eachBatch: (payload) => this.#take(payload),
    });
  }

  /** What is known of stored offsets is out of date. */
  forget(): void {
    this.#stored.forget();
    this.#sought.clear();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#pulse.stop();
    const consumer = this.#consumer;
    if (consumer === null) return;
    const disconnect = async (): Promise<void> => {
      await this.#tellKafka();
      await consumer.disconnect();
    };
    await disconnectSoon({ disconnect }, 5_000);
  }

  async #restart(broken: Consumer): Promise<void> {
    await disconnectSoon(broken);
    while (!this.#isStopped) {
      await delay(RESTART_MS);
      if (this.#isStopped) return;
      try {
        return await this.start();
      } catch (error) {
        this.options.observer.retry?.('consumer', error as Error, RESTART_MS);
        if (this.#consumer !== null) await disconnectSoon(this.#consumer);
      }
    }
  }

  async #take(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, heartbeat, isRunning, isStale } = payload;
    const { group, observer, continuity } = this.options;
    const { partition } = batch;
    if (this.#isStopped) return;
    await this.#skips.get(partition);
    const stored = await this.#stored.of(partition);
    if (isStale() || !isRunning()) return;
    const expected = stored ?? 0;
    if (this.#lookBack(partition, Number(batch.firstOffset()), expected)) return;
    if (this.#seekBack(partition, Number(batch.firstOffset()), expected)) return;
    let lost = await this.#checked(batch, expected);
    if (lost === null) return;
    const high = Number(batch.highWatermark);
    this.#lag(partition, high, expected);
    const isAlive = (): boolean => isRunning() && !isStale();
    for (const slice of slicesOf(batch, stored, this.options.transactionMessages)) {
      const outcome = group.submit(slice, isAlive);
      // Also when the group rebalances meanwhile and nobody waits for it any more.
      outcome.then((what) => what === 'taken' && this.#lag(partition, high, slice.next));
      if ((await alive(outcome, heartbeat)) === 'left') {
        // Read again from where the warehouse stands.
        if (!this.#isStopped) await this.#seekStored(partition, high);
        return;
      }
      this.#stored.moved(partition, slice.next);
      if (lost > 0) observer.lost?.(partition, expected, lost);
      lost = 0;
    }
    continuity.taken(batch);
    observer.reached?.('before-offset-commit');
    resolveOffset(batch.lastOffset());
    this.#tellSoon(() => payload.commitOffsetsIfNecessary(payload.uncommittedOffsets()));
  }

  /** @returns messages that were lost; null when this batch is not to be taken in */
  async #checked(batch: Batch, stored: number): Promise<number | null> {
    try {
      return await this.options.continuity.check(batch, stored);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.options.failed(error);
      return null;
    }
  }

  /**
   * The group's offset may be ahead of the warehouse: it has stored another one's, or was brought back from a copy.
   *
   * @returns true when it reads from `expected` on, so that what it has is to be left
   */
  #seekBack(partition: number, first: number, expected: number): boolean {
    if (first <= expected || this.#sought.get(partition) === expected) return false;
    this.#sought.set(partition, expected);
    this.#consumer!.seek({ topic: this.options.topic, partition, offset: String(expected) });
    return true;
  }

  /** Before the first message after a pause the last one is read again, which must be the same. @returns true when it is sought */
  #lookBack(partition: number, first: number, expected: number): boolean {
    if (!this.#unsure.delete(partition)) return false;
    const from = this.options.continuity.from(partition, expected);
    if (first <= from) return false;
    this.#consumer!.seek({ topic: this.options.topic, partition, offset: String(from) });
    return true;
  }

  #watchPauses(consumer: Consumer): void {
    const fetchedAt = new Map<number, number>();
    consumer.on(consumer.events.FETCH, ({ payload: { nodeId } }) => {
      const now = performance.now();
      const pauseMs = now - (fetchedAt.get(nodeId) ?? now);
      fetchedAt.set(nodeId, now);
      if (pauseMs > PAUSE_MS) for (const partition of this.#own) this.#unsure.add(partition);
    });
  }

  /** The client hands over no batch of aborted messages and control records only, but it says that it has passed one. */
  #passed({ partition, batchSize, firstOffset, lastOffset, highWatermark }: BatchPayload): void {
    if (batchSize > 0 || firstOffset === null) return;
    const skip = this.#skip(partition, Number(firstOffset), Number(lastOffset) + 1, Number(highWatermark));
    // What fails here is passed again with the next messages.
    this.#skips.set(
      partition,
      skip.catch(() => {}),
    );
  }

  async #skip(partition: number, first: number, next: number, high: number): Promise<void> {
    const from = await this.#stored.of(partition);
    if (next <= (from ?? 0) || this.#seekBack(partition, first, from ?? 0)) return;
    const isAlive = (): boolean => this.#own.has(partition);
    if ((await this.options.group.submit({ partition, messages: [], from, next }, isAlive)) === 'left')
      return;
    this.#stored.moved(partition, next);
    this.#lag(partition, high, next);
  }

  #lag(partition: number, high: number, next: number): void {
    if (this.#own.has(partition)) this.options.observer.lag?.(partition, Math.max(0, high - next));
  }

  #assigned(partitions: readonly number[]): void {
    for (const partition of this.#own)
      if (!partitions.includes(partition)) this.options.observer.lag?.(partition, null);
    this.#own = new Set(partitions);
  }

  #tellSoon(tell: () => Promise<void>): void {
    const isDue = this.#tell !== null;
    this.#tell = tell;
    if (!isDue) setTimeout(() => this.#tellKafka(), TELL_MS).unref();
  }

  /** Where a consumer goes on is in the warehouse: what fails here is told with the next bars. */
  async #tellKafka(): Promise<void> {
    const tell = this.#tell;
    this.#tell = null;
    await tell?.().catch(() => {});
  }

  /** The group's offsets may be ahead of the warehouse, with no message behind them that would show it. */
  async #seekAll(consumer: Consumer, partitions: readonly number[]): Promise<void> {
    const { warehouse, topic, continuity } = this.options;
    const stored = await warehouse.streamOffsets(topic);
    for (const partition of partitions) {
      const offset = stored.find((row) => row.partition === partition)?.nextOffset ?? 0;
      consumer.seek({ topic, partition, offset: String(continuity.from(partition, offset)) });
    }
  }

  async #seekStored(partition: number, high: number): Promise<void> {
    const { topic } = this.options;
    const stored = (await this.#stored.of(partition)) ?? 0;
    this.#lag(partition, high, stored);
    this.#consumer!.seek({ topic, partition, offset: String(stored) });
  }
}

/** Waits for `work` and stays a member of the group meanwhile. @throws what a heartbeat throws, when the group rebalances */
async function alive<T>(work: Promise<T>, heartbeat: () => Promise<void>): Promise<T> {
  for (;;) {
    const timer = new AbortController();
    const tick = delay(HEARTBEAT_MS / 2, null, { signal: timer.signal }).catch(() => null);
    const done = await Promise.race([work.then((result) => ({ result })), tick]);
    timer.abort();
    if (done !== null) return done.result;
    await heartbeat();
  }
}
