import { LRUCache } from 'lru-cache';
import type { GenerationClock } from './generation-clock.js';

/** A row of a list as it is answered. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** Rows that are kept in all, and of one list; some 200 bytes each. */
const MAX_ROWS = 100_000;
const MAX_ROWS_OF_A_LIST = 50_000;

/** Rows of a list as a whole, and the data that they are of; null: it did not stand still. */
export interface ComputedRows {
  readonly generation: string | null;
  readonly value: readonly Row[];
}

/**
 * Lists that are computed as a whole, whatever is asked of them: the pages, orders, columns and formats of one list share
 * the rows, and who asks while they are computed waits for them.
 */
export class RowStore {
  readonly #clock: GenerationClock;
  readonly #kept = new LRUCache<string, ComputedRows>({
    maxSize: MAX_ROWS,
    maxEntrySize: MAX_ROWS_OF_A_LIST,
    sizeCalculation: ({ value }) => value.length + 1,
  });
  readonly #underWay = new Map<string, Promise<ComputedRows>>();

  constructor(clock: GenerationClock) {
    this.#clock = clock;
  }

  /**
   * @param list what decides the rows, beside the data
   * @param read the rows in their natural order
   */
  async read(list: string, read: () => Promise<readonly Row[]>): Promise<ComputedRows> {
    const generation = await this.#clock.current();
    const kept = this.#kept.get(list);
    if (kept?.generation === generation) return kept;
    const key = `${generation} ${list}`;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const work = this.#clock.whole(read).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, work);
    const found = await work;
    if (found.generation !== null) this.#kept.set(list, found);
    return found;
  }
}
