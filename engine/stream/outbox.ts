import type { OutboxPosition, PartitionKey, Warehouse } from '../../warehouse/index.js';
import type { Series } from './series.js';
import { messageKey } from './topics.js';

interface Position {
  publishedTo: number;
  revision: number;
}

/** A series with committed predictions that are not published, left by an earlier run or another consumer. */
export interface Leftover {
  readonly key: PartitionKey;
  readonly strategyIds: readonly number[];
  /** close_time of its last bar. */
  readonly to: number;
}

/**
 * How far predictions are published, by strategy and partition: of the series that this consumer has opened, and of what
 * others have left until that is published. Positions are set back by the transaction that computes bars again, and stored
 * some time after publishing: a crash publishes twice, never too little.
 */
export class Outbox {
  readonly #positions = new Map<string, Position & Omit<OutboxPosition, keyof Position>>();
  /** Positions of series that are not open here, with the close_time where they are done with. */
  readonly #left = new Map<string, number>();
  readonly #dirty = new Set<string>();
  #isUrgent = false;

  static async open(warehouse: Warehouse): Promise<Outbox> {
    const outbox = new Outbox();
    await outbox.reload(warehouse);
    return outbox;
  }

  /**
   * Forgets everything but what others have left: partitions may belong to another consumer by now, which moves their
   * positions on. What was published and not stored is published again; a higher revision is stored with what it is of.
   */
  async reload(warehouse: Warehouse): Promise<void> {
    const stored = await warehouse.outboxPositions();
    const partitions = stored.length === 0 ? [] : await warehouse.partitions();
    this.#positions.clear();
    this.#left.clear();
    this.#dirty.clear();
    this.#isUrgent = false;
    const ends = new Map(partitions.map((one) => [messageKey(one), one.lastCloseTime]));
    for (const position of stored) {
      const end = ends.get(messageKey(position)) ?? Number.NEGATIVE_INFINITY;
      if (position.publishedTo >= end) continue;
      const id = idOf(position.strategyId, position);
      this.#positions.set(id, { ...position });
      this.#left.set(id, end);
    }
  }

  /** What others have left, by series. */
  leftovers(): Leftover[] {
    const found = new Map<string, { key: PartitionKey; strategyIds: number[]; to: number }>();
    for (const [id, to] of this.#left) {
      const { symbol, interval, strategyId } = this.#positions.get(id)!;
      const key = { symbol, interval };
      const name = messageKey(key);
      if (!found.has(name)) found.set(name, { key, strategyIds: [], to });
      found.get(name)!.strategyIds.push(strategyId);
    }
    return [...found.values()];
  }

  /** True when positions must be stored with the next transaction: there are new ones. */
  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /**
   * Takes the positions of series that are opened: as they are stored, or new ones of those that were never published, whose
   * bars so far are history.
   */
  async add(warehouse: Warehouse, opened: readonly Series[]): Promise<void> {
    const own = opened.flatMap(({ key, strategies, lastCloseTime }) =>
      strategies.map(({ strategyId }) => ({ id: idOf(strategyId, key), key, strategyId, lastCloseTime })),
    );
    for (const { id } of own) this.#left.delete(id);
    const unknown = own.filter(({ id }) => !this.#positions.has(id));
    if (unknown.length === 0) return;
    const stored = new Map(
      (await warehouse.outboxPositions()).map((one) => [idOf(one.strategyId, one), one]),
    );
    for (const { id, key, strategyId, lastCloseTime } of unknown) {
      const found = stored.get(id);
      const publishedTo = Number.isFinite(lastCloseTime) ? lastCloseTime : 0;
      this.#positions.set(
        id,
        found === undefined ? { ...key, strategyId, publishedTo, revision: 1 } : { ...found },
      );
      if (found !== undefined) continue;
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
      if (position.publishedTo !== stored.publishedTo) continue;
      this.#dirty.delete(id);
      if (position.publishedTo < (this.#left.get(id) ?? Number.POSITIVE_INFINITY)) continue;
      // Somebody else's, and done with.
      this.#positions.delete(id);
      this.#left.delete(id);
    }
  }
}

const idOf = (strategyId: number, key: { readonly symbol: string; readonly interval: string }): string =>
  `${strategyId}|${messageKey(key)}`;
