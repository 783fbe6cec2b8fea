import type { Batch } from 'kafkajs';
import { anotherTopic, type TopicEnd } from './topic-ends.js';

interface Seen {
  readonly offset: number;
  /** As the client says it. */
  readonly timestamp: string;
}

/**
 * Whether what comes is what the stored offsets speak of. Two things can happen to a topic behind them: it is deleted and made
 * again, with other messages at the same offsets, and its messages expire before they are taken in.
 */
export class Continuity {
  /** The newest message that was taken in, by partition. */
  readonly #seen = new Map<number, Seen>();

  /** @param ends asks the broker */
  constructor(
    private readonly topic: string,
    private readonly ends: () => Promise<ReadonlyMap<number, TopicEnd>>,
  ) {}

  /** Where to read on from: one message is read twice, so that it can be seen to be the same. */
  from(partition: number, stored: number): number {
    return this.#seen.get(partition)?.offset === stored - 1 ? stored - 1 : stored;
  }

  /** All of this batch is taken in. */
  taken({ partition, messages }: Batch): void {
    const last = messages.at(-1);
    if (last === undefined) return;
    const offset = Number(last.offset);
    if (offset >= (this.#seen.get(partition)?.offset ?? 0))
      this.#seen.set(partition, { offset, timestamp: last.timestamp });
  }

  /**
   * Messages between `stored` and this batch that the topic does not hold any more.
   *
   * @throws UserError when it is another topic; what the broker throws when it is away
   */
  async check(batch: Batch, stored: number): Promise<number> {
    const { partition, highWatermark } = batch;
    if (Number(highWatermark) < stored)
      throw anotherTopic(
        this.topic,
        partition,
        `is taken in up to offset ${stored} and ends at ${highWatermark}`,
      );
    const seen = this.#seen.get(partition);
    const again = batch.messages.find(({ offset }) => Number(offset) === seen?.offset);
    if (again !== undefined && again.timestamp !== seen!.timestamp)
      throw anotherTopic(
        this.topic,
        partition,
        `has another message at offset ${again.offset} than was taken in`,
      );
    const first = Number(batch.firstOffset());
    // Of a topic that nothing was taken from the beginning is where it begins.
    if (stored === 0 || first <= stored) return 0;
    // Offsets without messages, of aborted transactions, leave holes too.
    const low = (await this.ends()).get(partition)?.low ?? 0;
    return Math.max(0, Math.min(first, low) - stored);
  }
}
