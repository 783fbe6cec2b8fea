import type { RecordBatch } from 'apache-arrow';
import {
  numbers,
  type OutboxPosition,
  type PartitionKey,
  type StrategyRecord,
  type Warehouse,
} from '../../warehouse/index.js';
import type { Outbox } from './outbox.js';
import { predictionMessages } from './prediction-message.js';
import { messageKey } from './topics.js';

/** Predictions of one send: the client copies those before it for every message. */
const SEND_ROWS = 250;
/** Predictions of a series that wait in memory; behind more of them the warehouse is read. */
export const FRESH_ROWS = 256;
const NOTHING_FRESH: FreshPredictions = { after: 0, bars: 0, batches: [] };

/** Predictions of the bars that follow each other behind one. */
export interface FreshPredictions {
  /** close_time of the bar before them. */
  readonly after: number;
  /** Bars that they are of. */
  readonly bars: number;
  /** Batches with the columns `PREDICTION_COLUMNS`, by strategy. */
  readonly batches: readonly (readonly RecordBatch[])[];
}

/** What is committed of a series. */
export interface Committed {
  readonly key: PartitionKey;
  readonly strategies: readonly StrategyRecord[];
  /** close_time of its last bar. */
  readonly to: number;
  /** Those up to `to`, as they were written; null: only the warehouse has them. */
  readonly fresh: FreshPredictions | null;
}

interface Message {
  readonly key: string;
  readonly value: string;
}

/**
 * Publishes committed predictions from where the outbox stands, beside the stream: those of bars that have just come as they
 * were written, all others as the warehouse has them.
 */
export class Publisher {
  readonly #waiting = new Map<string, Committed>();
  #work: Promise<void> | null = null;
  #isStopped = false;

  /** @param send resolves when the broker has the messages */
  constructor(
    private readonly warehouse: Warehouse,
    private readonly outbox: Outbox,
    private readonly send: (messages: Message[]) => Promise<void>,
    private readonly failed: (error: Error) => Promise<void>,
  ) {}

  /** The bars of this series up to its last one are committed. */
  committed(committed: Committed): void {
    const name = nameOf(committed);
    const before = this.#waiting.get(name);
    const fresh = joined(before === undefined ? NOTHING_FRESH : before.fresh, committed.fresh);
    this.#waiting.set(name, { ...committed, fresh });
    this.#start();
  }

  /** Resolves when everything that was committed is published. */
  async drained(): Promise<void> {
    while (this.#work !== null) await this.#work;
  }

  /** Ends after the send under way; the rest is published by the next run. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#work;
  }

  #start(): void {
    this.#work ??= this.#run().finally(() => {
      this.#work = null;
      // What came in the very moment in which the loop ended.
      if (this.#waiting.size > 0 && !this.#isStopped) this.#start();
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#isStopped) {
      const taken = [...this.#waiting.values()];
      this.#waiting.clear();
      const stored = taken.filter((committed) => !this.#isFresh(committed));
      const fresh = taken.filter((committed) => !stored.includes(committed));
      if (fresh.length > 0) await this.#attempt(fresh, () => this.#publishFresh(fresh));
      for (const committed of stored) await this.#attempt([committed], () => this.#publishStored(committed));
    }
  }

  /** What fails waits again, and is then read from the warehouse: more may have come meanwhile. */
  async #attempt(committed: readonly Committed[], publish: () => Promise<void>): Promise<void> {
    try {
      await publish();
    } catch (error) {
      for (const one of committed) {
        const name = nameOf(one);
        const later = this.#waiting.get(name) ?? one;
        this.#waiting.set(name, { ...later, fresh: null });
      }
      await this.failed(error as Error);
    }
  }

  /** True when everything before its fresh predictions is published. */
  #isFresh({ key, strategies, fresh }: Committed): boolean {
    if (fresh === null) return false;
    return strategies.every(({ strategyId }) => {
      const position = this.outbox.get(strategyId, key);
      return position !== null && position.publishedTo >= fresh.after;
    });
  }

  async #publishFresh(committed: readonly Committed[]): Promise<void> {
    const messages: Message[] = [];
    const reached: { readonly position: OutboxPosition; readonly to: number }[] = [];
    for (const { key, strategies, to, fresh } of committed)
      for (const [i, record] of strategies.entries()) {
        const position = this.outbox.get(record.strategyId, key)!;
        for (const batch of fresh!.batches[i]!) messages.push(...predictionMessages(batch, record, position));
        reached.push({ position, to });
      }
    for (let at = 0; at < messages.length; at += SEND_ROWS) {
      if (this.#isStopped) return;
      await this.send(messages.slice(at, at + SEND_ROWS));
    }
    for (const { position, to } of reached) this.outbox.published(position, to);
  }

  async #publishStored({ key, strategies, to }: Committed): Promise<void> {
    for (const record of strategies) {
      const position = this.outbox.get(record.strategyId, key);
      // Somebody else's series by now.
      if (position === null) continue;
      const range = { from: position.publishedTo + 1, to: to + 1 };
      if (range.from >= range.to) continue;
      const rows = this.warehouse.scanPredictions(record.strategyId, key, range, { batchRows: SEND_ROWS });
      for await (const batch of rows) {
        if (this.#isStopped) return;
        await this.send(predictionMessages(batch, record, position));
        this.outbox.published(position, numbers(batch, 'predicting_at')[batch.numRows - 1]!);
      }
      // Bars without a prediction are behind it too.
      this.outbox.published(position, to);
    }
  }
}

/** A series whose strategies have changed meanwhile waits once for the former and once for the new ones. */
const nameOf = ({ key, strategies }: Committed): string =>
  `${messageKey(key)} ${strategies.map(({ strategyId }) => strategyId).join()}`;

/** Fresh predictions of a series and those that follow them; null: too many to wait in memory. */
export function joined(
  first: FreshPredictions | null,
  second: FreshPredictions | null,
): FreshPredictions | null {
  if (first === null || second === null) return null;
  const bars = first.bars + second.bars;
  if (bars > FRESH_ROWS) return null;
  const batches = second.batches.map((own, i) => [...(first.batches[i] ?? []), ...own]);
  return { after: first.bars === 0 ? second.after : first.after, bars, batches };
}
