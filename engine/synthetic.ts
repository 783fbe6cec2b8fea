import type { PartitionKey } from '../warehouse/index.js';
import { durationOf } from './interval.js';
import { type ByteSource, openStream } from './source/file.js';
import { makeMarket, pairBars, type SymbolTraits, type WholeBars } from './synthetic/market.js';

const SYMBOLS: Readonly<Record<string, SymbolTraits>> = {
  SYNTHETIC_BTCUSDT: { startCents: 3_000_000, beta: 1, ownDeviation: 0.0015, volume: 150e5 },
  SYNTHETIC_ETHUSDT: { startCents: 200_000, beta: 1.15, ownDeviation: 0.003, volume: 1500e5 },
};

export interface SyntheticOptions {
  /** A whole number; equal seeds give equal bytes. */
  readonly seed?: number;
  /** Open time of the first hour, epoch ms, on the grid of 2h. */
  readonly fromTime?: number;
  readonly hours?: number;
}

export const SYNTHETIC_DEFAULTS = {
  seed: 20_240_101,
  fromTime: Date.UTC(2022, 0, 1),
  /** 2022 to 2024. */
  hours: 1096 * 24,
} as const;

/** Rows of text that are made at a time. */
const PIECE_ROWS = 2048;

/**
 * An invented market for demonstrations and tests: SYNTHETIC_BTCUSDT and SYNTHETIC_ETHUSDT, 1h and 2h (made from the
 * same 1h bars), three years with trends, ranges, crashes and gaps. As CSV text, so that it takes the way of every other
 * source: hand it to `loadSources`.
 */
export function syntheticSources(
  options: SyntheticOptions = {},
): { readonly source: ByteSource; readonly key: PartitionKey }[] {
  const { seed, fromTime, hours } = { ...SYNTHETIC_DEFAULTS, ...options };
  const names = Object.keys(SYMBOLS);
  const market = makeMarket(seed, fromTime, hours, Object.values(SYMBOLS));
  return names.flatMap((symbol, i) => {
    const hourly = market[i]!;
    return [csvSource(symbol, '1h', hourly), csvSource(symbol, '2h', pairBars(hourly, durationOf('1h')))];
  });
}

function csvSource(symbol: string, interval: string, bars: WholeBars) {
  return {
    source: openStream(`${symbol}-${interval}.csv`, () => csvText(bars, durationOf(interval))),
    key: { symbol, interval },
  };
}

async function* csvText(bars: WholeBars, durationMs: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(
    'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n',
  );
  for (let start = 0; start < bars.rows; start += PIECE_ROWS) {
    const end = Math.min(bars.rows, start + PIECE_ROWS);
    let text = '';
    for (let i = start; i < end; i++) {
      const prices = [bars.open, bars.high, bars.low, bars.close].map((column) => decimal(column[i]!, 2));
      const openTime = bars.openTime[i]!;
      text += [
        openTime,
        ...prices,
        decimal(bars.volume[i]!, 5),
        openTime + durationMs - 1,
        decimal(bars.quoteVolume[i]!, 7),
        bars.tradeCount[i]!,
        decimal(bars.takerBase[i]!, 5),
        decimal(bars.takerQuote[i]!, 7),
        '0\n',
      ].join(',');
    }
    yield Buffer.from(text);
  }
}

/** `whole / 10^places` as text, without rounding. */
function decimal(whole: number, places: number): string {
  const digits = String(whole).padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
