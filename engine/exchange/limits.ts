/** At most `limit` pieces of work at once, in the order of asking. */
export class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.free = limit;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }
}

const MINUTE = 60_000;

/**
 * The request weight that may be spent in a minute. The exchange counts by minutes of the clock and says in every answer
 * how much of this one it has counted, ours and that of other programs behind the same address.
 */
export class WeightBudget {
  private minute = 0;
  private used = 0;

  constructor(
    private readonly perMinute: number,
    private readonly sleep: (ms: number) => Promise<void>,
    private readonly now: () => number = Date.now,
  ) {}

  /** Resolves when `weight` may be spent, and counts it. */
  async spend(weight: number): Promise<void> {
    for (;;) {
      this.turn();
      // A budget below one request's weight still lets one through a minute.
      if (this.used === 0 || this.used + weight <= this.perMinute) break;
      await this.sleep((this.minute + 1) * MINUTE - this.now());
    }
    this.used += weight;
  }

  /** @param used what the exchange has counted in this minute */
  heard(used: number): void {
    this.turn();
    this.used = Math.max(this.used, used);
  }

  private turn(): void {
    const minute = Math.floor(this.now() / MINUTE);
    if (minute === this.minute) return;
    this.minute = minute;
    this.used = 0;
  }
}
