import type { Warehouse, WriteSession } from '../warehouse/index.js';

/**
 * The writes of a run, one at a time in the order of asking, several to a transaction where the backend gains by it
 * (`Warehouse.transactionBars`). A write that fails undoes its transaction, and every later write fails with it.
 *
 * One at a time: several open transactions would each hold row groups of every table in memory, and DuckDB's
 * memory_limit would be spent on none of them.
 */
export class WriteQueue {
  readonly #warehouse: Warehouse;
  #last: Promise<unknown> = Promise.resolve();
  #session: WriteSession | null = null;
  /** Bars written since the last commit; a write of none (it changes old rows) counts as one. */
  #bars = 0;

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
  }

  /**
   * @param work writes through the session and says how many bars it wrote
   * @returns when it is written; only `commit` says that it stands
   */
  write<T extends { readonly bars: number }>(work: (session: WriteSession) => Promise<T>): Promise<T> {
    return this.#take(async () => {
      this.#session ??= await this.#warehouse.begin();
      const written = await work(this.#session);
      this.#bars += Math.max(1, written.bars);
      if (this.#bars >= this.#warehouse.transactionBars) await this.#commit();
      return written;
    });
  }

  /** Commits everything written so far. */
  commit(): Promise<void> {
    return this.#take(() => this.#commit());
  }

  #take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      try {
        return await work();
      } catch (error) {
        await this.#session?.rollback();
        throw error;
      }
    });
    // The next turn fails with this one's error: what it would add belongs to a transaction that is gone.
    this.#last = turn;
    turn.catch(() => {});
    return turn;
  }

  async #commit(): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    await session.commit();
    this.#session = null;
    this.#bars = 0;
  }
}
