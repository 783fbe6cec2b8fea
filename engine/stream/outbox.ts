import type { OutboxPosition, PartitionKey, Warehouse } from '../../warehouse/index.js';
import type { Series } from './series.js';
import { messageKey } from './topics.js';

interface Position {
  publishedTo: number;
  revision: number;
}

/**
 * How far predictions are published, by strategy and partition. Positions are set back by the transaction that computes
 * bars again, and stored some time after publishing: a crash publishes twice, never too little.
 */
export class Outbox {
  readonly #positions = new Map<string, Position & Omit<OutboxPosition, keyof Position>>();
  readonly #dirty = new Set<string>();
  #isUrgent = false;

  static async open(warehouse: Warehouse): Promise<Outbox> {
    const outbox = new Outbox();
    await outbox.reload(warehouse);
    return outbox;
  }

  /**
   * Forgets everything but what is stored: partitions may belong to another consumer by now, which moves their positions
   * on. What was published and not stored is published again; a higher revision is stored with what it is of.
   */
  async reload(warehouse: Warehouse): Promise<void> {
    const stored = await warehouse.outboxPositions();
    this.#positions.clear();
    this.#dirty.clear();
    this.#isUrgent = false;
    for (const position of stored) this.#positions.set(idOf(position.strategyId, position), { ...position });
  }

  /** True when positions must be stored with the next transaction: there are new ones. */
  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** Makes the positions of a series that was never published: what it holds already is history. */
  add({ key, strategies, lastCloseTime }: Series): void {
    for (const { strategyId } of strategies) {
      const id = idOf(strategyId, key);
      if (this.#positions.has(id)) continue;
      const publishedTo = Number.isFinite(lastCloseTime) ? lastCloseTime : 0;
      this.#positions.set(id, { ...key, strategyId, publishedTo, revision: 1 });
      this.#dirty.add(id);
      this.#isUrgent = true;
    }
  }

  /** null: nothing is known of it, since it is somebody else's by now. */
  get(strategyId: number, key: PartitionKey): OutboxPosition | null {
    const position = this.#positions.get(idOf(strategyId, key));
    return position === undefined ? null : { ...position };
  }

  /** Predictions up to `publishedTo` are published as `position` had it; nothing moves when it was set back meanwhile. */
  published({ strategyId, symbol, interval, revision }: OutboxPosition, publishedTo: number): void {
    const id = idOf(strategyId, { symbol, interval });
    const position = this.#positions.get(id);
    // It was set back, or forgotten and read again, meanwhile.
    if (position?.revision !== revision || position.publishedTo > publishedTo) return;
    position.publishedTo = publishedTo;
    this.#dirty.add(id);
  }

  /** Every position. */
  list(): OutboxPosition[] {
    return [...this.#positions.values()].map((position) => ({ ...position }));
  }

  /**
   * Positions that a transaction has to store: those that have moved, and those that it sets back. The latter hold from
   * `stored` on only, since until then the facts from before the transaction are published.
   *
   * @param changed series with bars computed again from `fromTime` on: they are published again, under a higher revision
   */
  toStore(changed: readonly { readonly series: Series; readonly fromTime: number }[] = []): OutboxPosition[] {
    const positions = new Map([...this.#dirty].map((id) => [id, { ...this.#positions.get(id)! }]));
    for (const { series, fromTime } of changed)
      for (const { strategyId } of series.strategies) {
        const id = idOf(strategyId, series.key);
        const { publishedTo, revision, ...rest } = this.#positions.get(id)!;
        const setBack = { publishedTo: Math.min(publishedTo, fromTime - 1), revision: revision + 1 };
        positions.set(id, { ...rest, ...setBack });
      }
    return [...positions.values()];
  }

  /** These are committed; what has moved on since stays to be stored. */
  stored(positions: readonly OutboxPosition[]): void {
    if (positions.length > 0) this.#isUrgent = false;
    for (const stored of positions) {
      const id = idOf(stored.strategyId, stored);
      const position = this.#positions.get(id);
      if (position === undefined) continue;
      if (stored.revision > position.revision) Object.assign(position, stored);
      if (position.publishedTo === stored.publishedTo) this.#dirty.delete(id);
    }
  }
}

const idOf = (strategyId: number, key: { readonly symbol: string; readonly interval: string }): string =>
  `${strategyId}|${messageKey(key)}`;
