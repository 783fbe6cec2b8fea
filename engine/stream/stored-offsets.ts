import type { Warehouse } from '../../warehouse/index.js';

/** Offsets that the warehouse has stored of a topic, by partition: what the next transaction expects to find. */
export class StoredOffsets {
  readonly #offsets = new Map<number, number | null>();

  constructor(
    private readonly warehouse: Warehouse,
    private readonly topic: string,
  ) {}

  /** What is known of them is out of date. */
  forget(): void {
    this.#offsets.clear();
  }

  /** A transaction has moved one. */
  moved(partition: number, next: number): void {
    this.#offsets.set(partition, next);
  }

  /** Offset of the first message that is not taken in; null: none of the partition is. */
  async of(partition: number): Promise<number | null> {
    if (!this.#offsets.has(partition)) {
      for (const row of await this.warehouse.streamOffsets(this.topic))
        if (!this.#offsets.has(row.partition)) this.#offsets.set(row.partition, row.nextOffset);
      if (!this.#offsets.has(partition)) this.#offsets.set(partition, null);
    }
    return this.#offsets.get(partition)!;
  }
}
