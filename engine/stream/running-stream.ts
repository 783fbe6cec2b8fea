import type { Kafka, Producer } from 'kafkajs';
import kafkajs from 'kafkajs';
import { StreamConsumer } from './consumer.js';
import type { StreamContext } from './context.js';
import { Continuity } from './continuity.js';
import { StreamCore } from './core.js';
import { deadLetterSends } from './dead-letter.js';
import { GroupCommit } from './group.js';
import { disconnectSoon } from './kafka.js';
import type { StreamObserver } from './observer.js';
import type { OpenEnds } from './open-ends.js';
import type { Outbox } from './outbox.js';
import { Publisher } from './publisher.js';
import { Readiness } from './readiness.js';
import { type LastCall, unlessAborted } from './stopping.js';
import { noCounts, type StreamOptions, type StreamReport } from './stream-options.js';
import { topicEnds } from './topic-ends.js';

/** More would hold more memory and gain nothing. */
const TRANSACTION_MESSAGES = 16_384;
const SESSION_MS = 30_000;
/** Waiting for what is being published when the stream ends; the rest is published by the next run. */
const PUBLISH_PATIENCE_MS = 2_000;

/** Everything of a stream between its first and its last message. */
export class RunningStream {
  /** Resolves when the stream is to end. */
  readonly ended: Promise<void>;
  /** Why it ended, when that is no ordinary end. */
  failure: Error | null = null;
  #end!: () => void;
  readonly #counts = noCounts();
  readonly #core: StreamCore;
  readonly #group: GroupCommit;
  readonly #consumer: StreamConsumer;
  readonly #publisher: Publisher | null;
  readonly #producer: Producer;
  readonly #readiness: Readiness;
  readonly #open: OpenEnds;

  constructor(
    kafka: Kafka,
    producer: Producer,
    context: StreamContext,
    private readonly options: StreamOptions,
    private readonly lastCall: LastCall,
    outbox: Outbox | null,
    open: OpenEnds,
    partitions: number,
  ) {
    const { topics, observer, symbols, revise, groupId, signal } = options;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    if (signal.aborted) this.#end();
    signal.addEventListener('abort', () => this.#end(), { once: true });
    this.#producer = producer;
    this.#open = open;
    this.#readiness = new Readiness((isReady) => observer.ready?.(isReady));
    this.#core = new StreamCore(context, {
      topic: topics.klines,
      rules: { symbols, revise },
      bury: async (letters) => {
        for (const messages of deadLetterSends(topics.klines, letters))
          await producer.send({ topic: topics.deadLetters, acks: -1, messages });
        for (const letter of letters) observer.dead?.(letter);
      },
      observer: { ...observer, committed: (...args) => this.#committed(...args) },
      outbox,
    });
    this.#publisher =
      outbox === null
        ? null
        : new Publisher(
            context.warehouse,
            outbox,
            async (messages) => {
              const { GZIP } = kafkajs.CompressionTypes;
              await producer.send({ topic: topics.predictions, acks: -1, compression: GZIP, messages });
              this.#counts.published += messages.length;
              observer.published?.(messages.length);
            },
            async (error) => {
              observer.retry?.('publishing', error, 0);
              this.#notPublishing();
            },
          );
    const { transactionMessages = TRANSACTION_MESSAGES } = options;
    this.#group = new GroupCommit(this.#core, {
      transactionMessages,
      retry: (what, error, waitMs) => observer.retry?.(what, error, waitMs),
      waiting: (what) => observer.waiting?.(what),
      flowing: (isFlowing) => this.#readiness.set('work', isFlowing),
      failed: this.#fail,
      fenced: () => this.#forget(),
      renewed: () => this.#publishRest(),
    });
    this.#consumer = new StreamConsumer({
      kafka,
      warehouse: context.warehouse,
      topic: topics.klines,
      groupId,
      sessionMs: options.sessionMs ?? SESSION_MS,
      group: this.#group,
      transactionMessages,
      partitions,
      observer: {
        ...observer,
        lost: (partition, offset, messages) => {
          this.#counts.lost += messages;
          observer.lost?.(partition, offset, messages);
        },
      },
      continuity: new Continuity(topics.klines, () => topicEnds(kafka, context.warehouse, topics, false)),
      readiness: this.#readiness,
      rejoined: () => this.#forget(),
      failed: this.#fail,
    });
  }

  readonly #fail = (error: Error): void => {
    this.failure ??= error;
    this.#end();
  };

  /** Resolves when messages come, or when none are waited for. */
  async start(): Promise<void> {
    if (this.options.untilEnd) {
      if (this.#open.isEmpty) {
        await this.#publishRest();
        return this.#end();
      }
      this.#open.watch(this.ended, this.#end);
    }
    await this.#consumer.start();
  }

  /** What earlier runs and other members of the group have committed and not published. */
  async #publishRest(): Promise<void> {
    const leftovers = this.#core.options.outbox?.leftovers() ?? [];
    if (leftovers.length === 0) return;
    const records = await this.#core.context.warehouse.strategies();
    for (const { key, strategyIds, to } of leftovers) {
      const strategies = records.filter(({ strategyId }) => strategyIds.includes(strategyId));
      this.#publisher!.committed({ key, strategies, to, fresh: null });
    }
  }

  /** Finishes what is under way, as far as that can be done in time. */
  async stop(): Promise<Omit<StreamReport, 'elapsedMs'>> {
    const { warehouse, runId, now } = this.#core.context;
    await this.#drained();
    const isIdle = await this.#inTime('transaction', this.#group.stop());
    await Promise.all([
      this.#inTime('consumer', this.#consumer.stop()),
      // A transaction without an answer has the series in its hands.
      isIdle && this.#inTime('ledger', this.#writeRest()),
    ]);
    const { messages, added } = this.#counts;
    await Promise.all([
      this.#inTime('producer', disconnectSoon(this.#producer)),
      this.#inTime(
        'run',
        warehouse.finishRun(runId, 'DONE', `${messages} messages, ${added} bars added`, now()),
      ),
    ]);
    return { ...this.#counts, runId };
  }

  /** Ends after an error; what it leaves is the next run's. */
  async abandon({ message }: Error): Promise<void> {
    const { warehouse, runId, now } = this.#core.context;
    await this.#group.stop();
    await Promise.all([this.#consumer.stop(), disconnectSoon(this.#producer)]);
    await warehouse.finishRun(runId, 'FAILED', message, now());
  }

  /** Without a signal everything is done to its end. */
  async #drained(): Promise<void> {
    const { signal } = this.options;
    const drained = async (): Promise<void> => {
      await this.#group.idle();
      await this.#publisher?.drained();
    };
    if (!signal.aborted)
      await unlessAborted(drained(), signal).catch((error) => {
        if (!signal.aborted) throw error;
      });
  }

  /** What transactions leave for later. */
  async #writeRest(): Promise<void> {
    if (this.#publisher !== null) await inTime(this.#publisher.stop(), PUBLISH_PATIENCE_MS);
    await this.#core.settle();
  }

  /** @returns false when it failed, or gave no answer, after the signal: it is left to the next run */
  async #inTime(what: string, work: Promise<unknown>): Promise<boolean> {
    const { signal, observer } = this.options;
    try {
      if (await this.lastCall.waitFor(work)) return true;
      observer.left?.(what, new Error('no answer'));
    } catch (error) {
      if (!signal.aborted) throw error;
      observer.left?.(what, error as Error);
    }
    return false;
  }

  #notPublishing(): void {
    if (!this.#readiness.isGood('publishing')) return;
    this.#readiness.set('publishing', false);
    void this.#publisher!.drained().then(() => this.#readiness.set('publishing', true));
  }

  #forget(): void {
    this.#group.renew();
    // Made before the first join.
    this.#consumer?.forget();
  }

  #committed(...[batches, ingested, parts]: Parameters<NonNullable<StreamObserver['committed']>>): void {
    const counts = this.#counts;
    for (const { partition, messages, next } of batches) {
      counts.messages += messages.length;
      this.#open.taken(partition, next);
    }
    counts.added += ingested.added;
    counts.revised += ingested.revised;
    counts.duplicates += ingested.duplicates;
    counts.computed += ingested.computed;
    counts.dead += ingested.dead.length;
    counts.transactions++;
    for (const { series, fresh } of ingested.changes) {
      const { key, strategies, lastCloseTime } = series;
      this.#publisher?.committed({ key, strategies, to: lastCloseTime, fresh });
    }
    const { observer, untilEnd } = this.options;
    observer.committed?.(batches, ingested, parts);
    if (untilEnd && this.#open.isEmpty) this.#end();
  }
}

async function inTime(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
