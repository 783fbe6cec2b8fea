import { duration, rate, whole } from './format.js';

/** What a progress line is written to; stderr. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const EVERY_MS = 100;
/** Carriage return, then: clear to the end of the line. */
const CLEAR = '\r\u001b[K';

/**
 * One line that counts work, with its rate and the time that is left. Only on a terminal: elsewhere nothing is written,
 * so that logs stay readable.
 */
export class Progress {
  #startedAt: number;
  #shownAt = Number.NEGATIVE_INFINITY;

  /**
   * @param what unit in the plural: `bars`
   * @param total null: unknown, no time left is shown
   */
  constructor(
    readonly what: string,
    public total: number | null,
    readonly stream: ProgressStream = process.stderr,
    readonly now: () => number = () => performance.now(),
  ) {
    this.#startedAt = now();
  }

  /** Shows `done` units, at most ten times a second. */
  show(done: number): void {
    if (this.stream.isTTY !== true) return;
    const now = this.now();
    if (now - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now;
    const elapsedMs = now - this.#startedAt;
    const perSecond = rate(done, elapsedMs);
    const parts = [`${whole(done)} ${this.what}`, `${whole(perSecond)}/s`];
    if (this.total !== null && this.total > 0) {
      const share = Math.min(1, done / this.total);
      parts[0] = `${whole(done)} of ${whole(Math.max(done, this.total))} ${this.what} (${Math.floor(100 * share)}%)`;
      if (done > 0) parts.push(`${duration((elapsedMs * (1 - share)) / share)} left`);
    }
    this.stream.write(`${CLEAR}${parts.join(', ')}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shownAt !== Number.NEGATIVE_INFINITY) this.stream.write(CLEAR);
  }
}
