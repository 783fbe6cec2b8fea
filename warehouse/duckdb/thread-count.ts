/** How long scans are taken to go on, ms: a page of figures is many of them. */
const LINGER_MS = 100;

/**
 * How many threads DuckDB takes: as many as it was opened with for who scans, one for who looks at a few rows. With more, each
 * of the short tasks of a look wakes another thread, and whoever waits for that one spins: a page of 100 rows takes a third
 * more CPU time. The number is the instance's, so looks beside a scan have as many as the scan.
 */
export class ThreadCount {
  readonly #set: (isOne: boolean) => Promise<unknown>;
  #scans = 0;
  #scannedAt = Number.NEGATIVE_INFINITY;
  #isOne = false;
  #last: Promise<unknown> = Promise.resolve();

  /** @param set changes the number, to one or to all; queries that run go on */
  constructor(set: (isOne: boolean) => Promise<unknown>) {
    this.#set = set;
  }

  /** Runs queries that look at many rows. */
  async scan<T>(work: () => Promise<T>): Promise<T> {
    this.#scans++;
    try {
      await this.#change(false);
      return await work();
    } finally {
      this.#scans--;
      this.#scannedAt = performance.now();
    }
  }

  /** Comes before a query that looks at a few rows. */
  async look(): Promise<void> {
    if (this.#scans === 0 && performance.now() - this.#scannedAt > LINGER_MS) await this.#change(true);
  }

  /** One change after the other. */
  #change(isOne: boolean): Promise<unknown> {
    if (this.#isOne !== isOne) {
      this.#isOne = isOne;
      this.#last = this.#last.catch(() => undefined).then(() => this.#set(isOne));
    }
    return this.#last;
  }
}
