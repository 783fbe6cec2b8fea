/** Counts tasks, so that what they stand on is not taken away under them. */
export class UnderWay {
  #count = 0;
  readonly #waiting: (() => void)[] = [];

  /** @returns what ends the task; call it once */
  begin(): () => void {
    this.#count++;
    return () => {
      if (--this.#count > 0) return;
      for (const go of this.#waiting.splice(0)) go();
    };
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    const end = this.begin();
    try {
      return await task();
    } finally {
      end();
    }
  }

  /** Resolves when none is under way. */
  async none(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((go) => this.#waiting.push(go));
  }
}
