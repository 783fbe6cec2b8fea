/** Counts tasks, so that what they stand on is not taken away under them. */
export class UnderWay {
  #count = 0;
  readonly #waiting: (() => void)[] = [];

  async run<T>(task: () => Promise<T>): Promise<T> {
    this.#count++;
    try {
      return await task();
    } finally {
      if (--this.#count === 0) for (const go of this.#waiting.splice(0)) go();
    }
  }

  /** Resolves when none is under way. */
  async none(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((go) => this.#waiting.push(go));
  }
}
