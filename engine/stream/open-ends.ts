import type { Warehouse } from '../../warehouse/index.js';
import type { TopicEnd } from './topic-ends.js';

/** What other members have taken in is looked at this often. */
const LOOK_EVERY_MS = 1_000;

/** Partitions whose messages of the start are not taken in yet, by whomever. */
export class OpenEnds {
  /** Offset behind the last one, by partition. */
  readonly #open = new Map<number, number>();

  constructor(
    private readonly warehouse: Warehouse,
    private readonly topic: string,
    ends: ReadonlyMap<number, TopicEnd>,
  ) {
    // Of a partition whose messages have all expired there is nothing to take in.
    for (const [partition, { low, end }] of ends) if (low < end) this.#open.set(partition, end);
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** This partition is taken in up to `next`. */
  taken(partition: number, next: number): void {
    if (next >= (this.#open.get(partition) ?? Number.POSITIVE_INFINITY)) this.#open.delete(partition);
  }

  /** Looks at what the warehouse has: it may be another member's work. */
  async look(): Promise<void> {
    for (const { partition, nextOffset } of await this.warehouse.streamOffsets(this.topic))
      this.taken(partition, nextOffset);
  }

  /** Looks every now and then until `ended`. @param empty is called when nothing is open any more */
  watch(ended: Promise<void>, empty: () => void): void {
    let isLooking = false;
    const look = async (): Promise<void> => {
      if (isLooking) return;
      isLooking = true;
      // A warehouse that is away is asked again.
      await this.look().catch(() => {});
      isLooking = false;
      if (this.isEmpty) empty();
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    void ended.then(() => clearInterval(timer));
  }
}
