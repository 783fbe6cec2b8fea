import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { factRows, type Names, openFactPage, recordsOf } from '../../warehouse/index.js';
import type { Services } from '../http/services.js';

/** How often the ledger is looked at for those who listen, and how often a quiet stream says that it lives. */
const LOOK_MS = 1000;
const KEEP_ALIVE_MS = 15_000;
/** New predictions that are told one by one; a recompute of years is told by its generation. */
const MAX_PREDICTIONS = 500;
/** Events that a slow listener may have waiting. */
const MAX_PENDING = 2000;

interface Event {
  readonly event: 'prediction' | 'job' | 'generation';
  readonly data: string;
}

/** Looks at the ledger for everyone who listens. */
export class LiveEvents {
  readonly #services: Services;
  readonly #listeners = new Set<(event: Event) => void>();
  #timer: NodeJS.Timeout | undefined;
  #generation: string | null = null;
  /** Newest prediction that was told, by strategy and partition. */
  #seen = new Map<string, number>();
  #isLooking = false;

  constructor(services: Services) {
    this.#services = services;
    services.jobs.listen((job) => this.#tell({ event: 'job', data: JSON.stringify(job) }));
  }

  /** An event stream of one caller. */
  async stream(c: Context): Promise<Response> {
    const release = await this.#services.streams.acquire();
    const { metrics } = this.#services;
    metrics.streams.inc();
    return streamSSE(c, async (stream) => {
      const pending: Event[] = [];
      let wake: () => void = () => {};
      const leave = this.#listen((event) => {
        if (pending.length < MAX_PENDING) pending.push(event);
        wake();
      });
      stream.onAbort(() => wake());
      try {
        const generation = await this.#services.clock.current();
        await stream.writeSSE({ event: 'generation', data: JSON.stringify({ generation }) });
        while (!stream.aborted && !stream.closed) {
          const event = pending.shift();
          if (event !== undefined) {
            await stream.writeSSE(event);
            continue;
          }
          const isQuiet = await new Promise<boolean>((resolve) => {
            const timer = setTimeout(() => resolve(true), KEEP_ALIVE_MS);
            wake = () => {
              clearTimeout(timer);
              resolve(false);
            };
          });
          if (isQuiet) await stream.write(': quiet\n\n');
        }
      } finally {
        leave();
        release();
        metrics.streams.dec();
      }
    });
  }

  #listen(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => void this.#look(), LOOK_MS).unref();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#generation = null;
    };
  }

  #tell(event: Event): void {
    for (const listener of this.#listeners) listener(event);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const generation = await this.#services.clock.current();
      if (generation === this.#generation) return;
      const isFirst = this.#generation === null;
      this.#generation = generation;
      await this.#newPredictions(isFirst);
      if (!isFirst) this.#tell({ event: 'generation', data: JSON.stringify({ generation }) });
    } catch (error) {
      this.#services.deps.log(`events: ${String(error)}`);
    } finally {
      this.#isLooking = false;
    }
  }

  /** @param isFirst what stands already is not new */
  async #newPredictions(isFirst: boolean): Promise<void> {
    const { clock, deps } = this.#services;
    const names = await clock.names();
    const before = this.#seen;
    this.#seen = new Map();
    for (const { strategyId, symbol, interval, lastCloseTime } of await deps.warehouse.heads()) {
      if (strategyId === null) continue;
      const key = `${strategyId} ${symbol} ${interval}`;
      this.#seen.set(key, lastCloseTime);
      const from = (before.get(key) ?? Number.NEGATIVE_INFINITY) + 1;
      if (isFirst || lastCloseTime < from) continue;
      await this.#tellPredictions(names, { strategyId, symbol, interval }, from);
    }
  }

  async #tellPredictions(
    names: Names,
    { strategyId, symbol, interval }: { strategyId: number; symbol: string; interval: string },
    from: number,
  ): Promise<void> {
    const strategies = names.strategies.filter((record) => record.strategyId === strategyId);
    const since = Number.isFinite(from) ? { from } : {};
    const page = factRows.predictions(names, {
      strategies,
      symbol,
      interval,
      ...since,
      sort: 'predicting_at',
    });
    const order = { isDescending: true, after: null, limit: MAX_PREDICTIONS };
    await openFactPage(this.#services.deps.warehouse, page, order, async ({ tables }) => {
      const found: string[] = [];
      for await (const table of tables) found.push(...recordsOf(table).map((row) => JSON.stringify(row)));
      for (const data of found.reverse()) this.#tell({ event: 'prediction', data });
    });
  }
}
