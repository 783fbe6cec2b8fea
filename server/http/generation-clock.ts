import { type Names, readGeneration, readNames, type Warehouse } from '../../warehouse/index.js';

/**
 * What the ledger stands at, and the names that belong to it. It is believed for a moment, so that an answer from the cache
 * costs no query: within that moment callers see the generation before, whole.
 */
export class GenerationClock {
  readonly #warehouse: Warehouse;
  readonly #believeMs: number;
  #readAt = Number.NEGATIVE_INFINITY;
  #generation: Promise<string> | null = null;
  /** What `#generation` came to. */
  #known: string | null = null;
  #names: { readonly generation: string; readonly names: Promise<Names> } | null = null;

  constructor(warehouse: Warehouse, believeMs: number) {
    this.#warehouse = warehouse;
    this.#believeMs = believeMs;
  }

  /** At most `believeMs` old. */
  current(): Promise<string> {
    if (this.#generation !== null && performance.now() - this.#readAt < this.#believeMs)
      return this.#generation;
    return this.fresh();
  }

  /** The same without waiting; null: it must be read. */
  believed(): string | null {
    return performance.now() - this.#readAt < this.#believeMs ? this.#known : null;
  }

  /** Read now. */
  fresh(): Promise<string> {
    const read = readGeneration(this.#warehouse);
    this.#readAt = performance.now();
    this.#generation = read;
    this.#known = null;
    read.then(
      (generation) => {
        if (this.#generation === read) this.#known = generation;
      },
      () => {
        // What failed is not believed.
        if (this.#generation === read) this.#generation = null;
      },
    );
    return read;
  }

  /** Names of the current generation. */
  async names(): Promise<Names> {
    const generation = await this.current();
    if (this.#names?.generation !== generation) {
      const names = readNames(this.#warehouse);
      const kept = { generation, names };
      this.#names = kept;
      names.catch(() => {
        if (this.#names === kept) this.#names = null;
      });
    }
    return this.#names!.names;
  }

  /**
   * Runs readers of several queries until nothing was committed while they read.
   *
   * @returns generation null: the data did not stand still; each query was a snapshot of its own
   */
  async whole<T>(read: () => Promise<T>): Promise<{ readonly generation: string | null; readonly value: T }> {
    for (let attempt = 0; ; attempt++) {
      const before = await this.fresh();
      const value = await read();
      if ((await this.fresh()) === before) return { generation: before, value };
      if (attempt === 2) return { generation: null, value };
    }
  }
}
