import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { COLUMN } from '../source/kline-chunk.js';
import {
  type FollowedSeries,
  type FollowOptions,
  followedSeries,
  RestBars,
  webSocketUrl,
} from './followed.js';
import { outgoingBar } from './kline-producer.js';
import { closedBar, type ExchangeBar, streamName } from './ws-klines.js';

export interface LiveTimes {
  /** The exchange pings every 20 s: after so long without a sign the connection is dead. */
  readonly silenceMs: number;
  /** The exchange ends connections after 24 h: we come before it. */
  readonly longestMs: number;
  readonly firstRetryMs: number;
}

export const LIVE_TIMES: LiveTimes = {
  silenceMs: 60_000,
  longestMs: 23.75 * 3_600_000,
  firstRetryMs: 1_000,
};
const LONGEST_RETRY_MS = 60_000;

/**
 * Sends every bar of the exchange's event streams when it closes, until the signal ends it. What was missed while away is
 * fetched by its API first, so that each series stays in order and without holes of our own making.
 *
 * @throws UserError for symbols and addresses that cannot be
 */
export async function liveKlines(options: FollowOptions, times: LiveTimes = LIVE_TIMES): Promise<void> {
  const { signal, retry } = options;
  const series = new Map<string, FollowedSeries>();
  for (const one of followedSeries(options))
    series.set(streamName(one.instrument.exchangeSymbol, one.interval), one);
  const url = `${webSocketUrl(options)}/stream?streams=${[...series.keys()].join('/')}`;
  const rest = new RestBars(options);
  let waitMs = times.firstRetryMs;
  while (!signal.aborted) {
    const connection = new Connection(url, times, signal);
    try {
      await connection.opened;
      // Bars that close meanwhile wait in the connection.
      for (const one of series.values()) await rest.catchUp(one);
      for await (const bar of connection.bars()) {
        const one = series.get(streamName(bar.exchangeSymbol, bar.interval));
        if (one !== undefined) await sendBar(options, rest, one, bar);
        waitMs = times.firstRetryMs;
      }
    } catch (error) {
      connection.close();
      if (signal.aborted) return;
      retry('event stream', error as Error, waitMs);
      await delay(waitMs, undefined, { signal }).catch(() => {});
      waitMs = Math.min(2 * waitMs, LONGEST_RETRY_MS);
    }
  }
}

async function sendBar(
  { send }: FollowOptions,
  rest: RestBars,
  series: FollowedSeries,
  { columns }: ExchangeBar,
): Promise<void> {
  const openTime = columns[COLUMN.OPEN_TIME]![0]!;
  if (openTime > series.next) await rest.catchUp(series, openTime);
  // Sent already, by the API.
  if (openTime < series.next) return;
  await send([outgoingBar(series.key, 'websocket', columns, 0)]);
  series.next = openTime + series.durationMs;
}

/** One connection: bars as they come, ended by silence, by age, by the other side or by the signal. */
class Connection {
  readonly opened: Promise<void>;
  private readonly socket: WebSocket;
  private readonly waiting: ExchangeBar[] = [];
  private wake: () => void = () => {};
  private end: { readonly error: Error | null } | null = null;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(url: string, times: LiveTimes, signal: AbortSignal) {
    const { silenceMs, longestMs } = times;
    const socket = new WebSocket(url, { handshakeTimeout: Math.min(10_000, silenceMs) });
    this.socket = socket;
    const silence = setTimeout(
      () => this.finish(new Error(`nothing came for ${silenceMs / 1000} s`)),
      silenceMs,
    );
    // A day has passed: the next connection takes over.
    const age = setTimeout(() => this.finish(null), longestMs);
    this.timers.push(silence, age);
    const stop = (): void => this.finish(null);
    signal.addEventListener('abort', stop, { once: true });
    this.opened = new Promise((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('close', (code) => {
        signal.removeEventListener('abort', stop);
        this.finish(new Error(`the connection was closed (${code})`));
        reject(this.end?.error ?? new Error('stopped'));
      });
    });
    // Whoever waits for bars hears of it there.
    this.opened.catch(() => {});
    socket.on('error', (error) => this.finish(error));
    // The library answers pings by itself.
    socket.on('ping', () => silence.refresh());
    socket.on('message', (data) => {
      silence.refresh();
      const bar = closedBar(String(data));
      if (bar === null) return;
      this.waiting.push(bar);
      this.wake();
    });
  }

  /** Bars until the connection ends. @throws Error when it did not end by our own will */
  async *bars(): AsyncGenerator<ExchangeBar> {
    for (;;) {
      const bar = this.waiting.shift();
      if (bar !== undefined) yield bar;
      else if (this.end === null)
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      else if (this.end.error === null) return;
      else throw this.end.error;
    }
  }

  close(): void {
    this.finish(null);
  }

  private finish(error: Error | null): void {
    if (this.end !== null) return;
    this.end = { error };
    for (const timer of this.timers) clearTimeout(timer);
    this.socket.terminate();
    this.wake();
  }
}
