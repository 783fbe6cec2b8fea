import { UserError } from '../errors.js';
import { baseUrl } from '../exchange/base-url.js';
import { HTTP_DEFAULTS, HttpClient } from '../exchange/http.js';
import { WeightBudget } from '../exchange/limits.js';
import { type Instrument, instrumentOf, MARKETS, type MarketName } from '../exchange/market.js';
import { PAGE_ROWS } from '../exchange/pieces.js';
import { RestKlines } from '../exchange/rest.js';
import { durationOf, gridOffset } from '../interval.js';
import { openStream } from '../source/file.js';
import { readKlines } from '../source/klines.js';
import { type OutgoingBar, outgoingBar } from './kline-producer.js';

/** What is followed at the exchange. */
export interface FollowOptions {
  readonly market: MarketName;
  readonly symbols: readonly string[];
  readonly intervals: readonly string[];
  /** Open time of the first bar to send, epoch ms; null: the bar that is open now. */
  readonly since: number | null;
  /** Base URLs; null: the market's own. */
  readonly restUrl: string | null;
  readonly webSocketUrl: string | null;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Sends bars, in order; resolves when they are safe. */
  readonly send: (bars: readonly OutgoingBar[]) => Promise<void>;
  /** Something failed and is tried again. */
  readonly retry: (what: string, error: Error, waitMs: number) => void;
}

/** One series that is followed. */
export class FollowedSeries {
  /** Open time of the next bar to send. */
  next: number;
  readonly durationMs: number;

  constructor(
    readonly instrument: Instrument,
    readonly interval: string,
    { since, now }: FollowOptions,
  ) {
    this.durationMs = durationOf(interval);
    const offset = gridOffset(this.durationMs);
    const at = since ?? now();
    const bar = (at - offset) / this.durationMs;
    // From a given time on: the first bar that opens at or after it.
    this.next = (since === null ? Math.floor(bar) : Math.ceil(bar)) * this.durationMs + offset;
  }

  get key(): { readonly symbol: string; readonly interval: string } {
    return { symbol: this.instrument.symbol, interval: this.interval };
  }
}

/** @throws UserError for symbols and addresses that cannot be */
export function followedSeries(options: FollowOptions): FollowedSeries[] {
  const instruments = options.symbols.map((symbol) => instrumentOf(options.market, symbol));
  return instruments.flatMap((instrument) =>
    options.intervals.map((interval) => new FollowedSeries(instrument, interval, options)),
  );
}

/** Closed bars by the exchange's API. */
export class RestBars {
  private readonly klines: RestKlines;

  constructor(private readonly options: FollowOptions) {
    const { market, restUrl, signal } = options;
    const http = new HttpClient({ ...HTTP_DEFAULTS, tries: 3 }, signal);
    const { weightPerMinute, restUrl: own } = MARKETS[market];
    const budget = new WeightBudget(weightPerMinute, (ms) => http.pause(ms));
    this.klines = new RestKlines(http, budget, baseUrl('--rest-url', restUrl ?? own));
  }

  /** Sends what has closed of a series from its `next` on, up to `before`, and moves it. @throws RequestError */
  async catchUp(series: FollowedSeries, before = Number.POSITIVE_INFINITY): Promise<void> {
    const { now, send } = this.options;
    const { instrument, interval, durationMs, key } = series;
    while (series.next + durationMs <= Math.min(now(), before)) {
      const range = { from: series.next, to: Math.min(series.next + PAGE_ROWS * durationMs, before) };
      const page = await this.klines.page(instrument, interval, range, now());
      const bars: OutgoingBar[] = [];
      const rules = { durationMs, gridOffset: gridOffset(durationMs), now: now() };
      if (page.rows > 0)
        for await (const { columns, rows } of readKlines(
          openStream('rest', () => textOf(page.csv)),
          rules,
        ))
          for (let row = 0; row < rows; row++) bars.push(outgoingBar(key, 'rest', columns, row));
      await send(bars);
      const last = bars.at(-1);
      // An empty page in the past is a hole in the exchange's own bars; at the end the bar has not come out yet.
      if (last !== undefined) series.next = last.openTime + durationMs;
      else if (range.to + durationMs <= now()) series.next = range.to;
      else return;
    }
  }
}

async function* textOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** Without a slash at its end. @throws UserError */
export function webSocketUrl({ market, webSocketUrl: given }: FollowOptions): string {
  const text = given ?? MARKETS[market].webSocketUrl;
  if (!URL.canParse(text) || !/^wss?:$/.test(new URL(text).protocol))
    throw new UserError(`produce: --ws-url '${text}' is not ws(s)://HOST[/PATH]`);
  return text.replace(/\/+$/, '');
}
