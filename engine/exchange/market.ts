import { UserError } from '../errors.js';
import { isSymbol, SYMBOL_FORM } from '../symbol.js';

/** Markets of the exchange: spot, USD-margined and coin-margined futures. */
export const MARKET_NAMES = ['spot', 'um', 'cm'] as const;
export type MarketName = (typeof MARKET_NAMES)[number];

/** Where the exchange publishes dumps; a setting. */
export const DUMP_URL = 'https://data.binance.vision';

const DAY = 86_400_000;

/** What differs between the markets. */
export interface Market {
  /** Folder of the dumps, below the base URL. */
  readonly dumpFolder: string;
  /** Host of the API; a setting. That of spot serves market data and nothing else. */
  readonly restUrl: string;
  readonly restPath: string;
  /** Host of the event streams; a setting. */
  readonly webSocketUrl: string;
  /** What one request of 1,000 klines costs, and what may be spent in a minute (the exchange's published limits). */
  readonly weight: number;
  readonly weightPerMinute: number;
  /** Longest stretch of time that one request may ask for, ms. */
  readonly longestRequestMs: number;
}

export const MARKETS: Readonly<Record<MarketName, Market>> = {
  spot: {
    dumpFolder: 'data/spot',
    restUrl: 'https://data-api.binance.vision',
    restPath: '/api/v3/klines',
    webSocketUrl: 'wss://data-stream.binance.vision',
    weight: 2,
    weightPerMinute: 6000,
    longestRequestMs: Number.POSITIVE_INFINITY,
  },
  um: {
    dumpFolder: 'data/futures/um',
    restUrl: 'https://fapi.binance.com',
    restPath: '/fapi/v1/klines',
    webSocketUrl: 'wss://fstream.binance.com',
    weight: 5,
    weightPerMinute: 2400,
    longestRequestMs: Number.POSITIVE_INFINITY,
  },
  cm: {
    dumpFolder: 'data/futures/cm',
    restUrl: 'https://dapi.binance.com',
    restPath: '/dapi/v1/klines',
    webSocketUrl: 'wss://dstream.binance.com',
    weight: 5,
    weightPerMinute: 2400,
    // The exchange refuses 200 days and more.
    longestRequestMs: 199 * DAY,
  },
};

/** One symbol under its two names. */
export interface Instrument {
  readonly market: MarketName;
  /** As the exchange calls it: FILUSDT, BTCUSD_PERP. */
  readonly exchangeSymbol: string;
  /** As our partitions call it: perpetuals end in `_PERP`, so that they do not mix with spot (FILUSDT_PERP). */
  readonly symbol: string;
}

/**
 * The instrument that a user means: `FILUSDT` and `FILUSDT_PERP` are the same one in `um`; `BTCUSD` and `BTCUSD_PERP` in
 * `cm`. Contracts with a delivery date (`BTCUSDT_240628`) keep their name.
 *
 * @throws UserError for what cannot be a symbol
 */
export function instrumentOf(market: MarketName, given: string): Instrument {
  // The name becomes part of addresses and paths: nothing in it may lead elsewhere.
  if (!isSymbol(given) || !/^[\p{L}\p{N}_]+$/u.test(given))
    throw new UserError(`download: symbol '${given}' is not ${SYMBOL_FORM}, of letters, digits and _`);
  const name = given.toUpperCase();
  if (market === 'spot') return { market, exchangeSymbol: name, symbol: name };
  const bare = name.replace(/_PERP$/, '');
  const symbol = bare.includes('_') ? bare : `${bare}_PERP`;
  return { market, exchangeSymbol: market === 'um' ? bare : symbol, symbol };
}

/** A dump: one month (`2024-01`) or one day (`2024-01-31`, UTC) of an instrument and interval. */
export interface Dump {
  /** Path below the base URL, and below the cache folder. */
  readonly path: string;
  readonly fileName: string;
}

/** @param time epoch ms anywhere in the month or day */
export function dumpOf(
  { market, exchangeSymbol }: Instrument,
  interval: string,
  kind: 'monthly' | 'daily',
  time: number,
): Dump {
  const date = new Date(time).toISOString().slice(0, kind === 'monthly' ? 7 : 10);
  const fileName = `${exchangeSymbol}-${interval}-${date}.zip`;
  return {
    path: `${MARKETS[market].dumpFolder}/${kind}/klines/${exchangeSymbol}/${interval}/${fileName}`,
    fileName,
  };
}
