import type { RecordBatch } from 'apache-arrow';
import { type ColumnArray, type ColumnSpec, makeBatch, values } from '../columns.js';
import {
  DERIVATION_COLUMNS,
  indicatorColumns,
  KLINE_COLUMNS,
  PREDICTION_COLUMNS,
  RESULT_COLUMNS,
} from '../schema/batches.js';
import type { MetricDocument, StrategyDocument } from '../strategy.js';
import type { Catalog, PartitionKey, Warehouse } from '../warehouse.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const BTC: PartitionKey = { symbol: 'BTCUSDT', interval: '1h' };
export const ETH: PartitionKey = { symbol: 'ETHUSDT', interval: '1h' };
/** Open time of bar 0. */
export const T0 = Date.UTC(2024, 0, 1);
export const openTime = (bar: number): number => T0 + bar * HOUR;
export const closeTime = (bar: number): number => openTime(bar) + HOUR - 1;

const CODES = ['EMA9', 'RSI14', 'MACD', 'OBV'];
const INTERVALS = ['1m', '5m', '1h', '2h'];
const DURATIONS = [MINUTE, 5 * MINUTE, HOUR, 2 * HOUR];

export const CATALOG: Catalog = {
  codes: CODES.map((code, i) => ({
    code,
    number: 10 + i,
    title: `title of ${code}`,
    kernel: code.toLowerCase(),
    version: 1,
    params: { period: 9 + i },
    lookback: i,
  })),
  intervals: INTERVALS.map((interval, i) => ({ interval, durationMs: DURATIONS[i]! })),
};

/** Reproducible numbers in (0, 1): mulberry32. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Columns = Record<string, ArrayLike<number> | ArrayLike<bigint>>;
const ARRAY = {
  time: Float64Array,
  number: Float64Array,
  flag: Uint8Array,
  tiny: Int8Array,
  small: Int16Array,
};

/** A batch from plain arrays by column name; absent columns are 0. */
export function batchOf(specs: readonly ColumnSpec[], rows: number, columns: Columns): RecordBatch {
  const arrays = specs.map(({ name, kind }): ColumnArray => {
    const given = columns[name];
    if (kind === 'mask') return BigInt64Array.from((given as bigint[]) ?? new Array(rows).fill(0n));
    return ARRAY[kind].from((given as number[]) ?? new Array(rows).fill(0));
  });
  return makeBatch(specs, arrays, rows);
}

/** Klines of these bars; numbers depend on the bar and `seed` alone. */
export function klines(bars: readonly number[], seed = 1, durationMs = HOUR): RecordBatch {
  const at = (bar: number, k: number): number => 100 + random(seed * 7919 + bar * 31 + k)();
  const open = bars.map((bar) => T0 + bar * durationMs);
  return batchOf(KLINE_COLUMNS, bars.length, {
    open_time: open,
    open: bars.map((bar) => at(bar, 1)),
    high: bars.map((bar) => at(bar, 2) + 1),
    low: bars.map((bar) => at(bar, 3) - 1),
    close: bars.map((bar) => at(bar, 4)),
    volume: bars.map((bar) => at(bar, 5)),
    close_time: open.map((time) => time + durationMs - 1),
    quote_volume: bars.map((bar) => (bar % 5 === 0 ? Number.NaN : at(bar, 6))),
    trade_count: bars.map((bar) => (bar % 7 === 0 ? Number.NaN : bar + 3)),
    taker_buy_base: bars.map(() => Number.NaN),
    taker_buy_quote: bars.map((bar) => at(bar, 7)),
  });
}

/** These bars were derived from `count` bars of 5m each. */
export function derivations(bars: readonly number[], count = 12): RecordBatch {
  return batchOf(DERIVATION_COLUMNS, bars.length, {
    close_time: bars.map(closeTime),
    source_interval: bars.map(() => INTERVALS.indexOf('5m') + 1),
    bars: bars.map(() => count),
  });
}

/** Indicators of these bars for `codes`; every third value is unknown. */
export function indicators(bars: readonly number[], codes: readonly string[] = CODES, seed = 1): RecordBatch {
  const columns: Columns = { close_time: bars.map(closeTime) };
  for (const [i, code] of codes.entries())
    columns[code] = bars.map((bar) =>
      (bar + i) % 3 === 0 ? Number.NaN : random(seed * 104_729 + bar * 17 + i)() - 0.5,
    );
  return batchOf(indicatorColumns(codes), bars.length, columns);
}

/** Predictions of these bars: masks over positions 0, 1 and 3, each bar another mix. */
export function predictions(bars: readonly number[], seed = 1): RecordBatch {
  const known = bars.map((bar) => [0b1011n, 0b1011n, 0b0011n, 0b1001n][bar % 4]!);
  const fired = known.map((mask, i) => mask & [0b0001n, 0b1010n, 0b0010n, 0b1000n, 0n][bars[i]! % 5]!);
  return batchOf(PREDICTION_COLUMNS, bars.length, {
    predicting_at: bars.map(closeTime),
    known_mask: known,
    fired_mask: fired,
    close: bars.map((bar) => 100 + random(seed + bar)()),
    buy_score: bars.map((bar) => (bar % 3) * 1.1),
    sell_score: bars.map((bar) => (bar % 4) * 0.7),
    action: bars.map((bar) => (bar % 3) - 1),
    reason: bars.map((bar) => [0, 3, 103, 1, 0, 5][bar % 6]!),
    is_conflict: bars.map((bar) => bar % 2),
    metric_trend: bars.map((bar) => bar / 10),
    metric_momentum: bars.map((bar) => (0 - bar) / 7),
    metric_volatility: bars.map(() => 0),
    metric_volume: bars.map(() => 0),
  });
}

/** Results of predictions at these bars. */
export function results(bars: readonly number[], seed = 1): RecordBatch {
  const at = (bar: number, k: number): number => random(seed * 31 + bar * 13 + k)();
  return batchOf(RESULT_COLUMNS, bars.length, {
    predicting_at: bars.map(closeTime),
    action: bars.map((bar) => (bar % 2 === 0 ? 1 : -1)),
    is_strong: bars.map((bar) => bar % 2),
    entry_price: bars.map((bar) => 100 + at(bar, 1)),
    tp_price: bars.map((bar) => 100 + at(bar, 2)),
    sl_price: bars.map((bar) => 100 + at(bar, 3)),
    lookahead_ms: bars.map(() => 4 * HOUR),
    exit_price: bars.map((bar) => 100 + at(bar, 4)),
    result_status: bars.map((bar) => bar % 3),
    confirmed_at: bars.map((bar) => closeTime(bar + 2)),
    gross_pct: bars.map((bar) => at(bar, 5) - 0.5),
    pnl_pct: bars.map((bar) => at(bar, 5) - 0.74),
    max_return_pct: bars.map((bar) => at(bar, 6)),
    min_return_pct: bars.map((bar) => -at(bar, 7)),
    is_ambiguous: bars.map((bar) => (bar % 5 === 0 ? 1 : 0)),
    has_gap: bars.map((bar) => (bar % 7 === 0 ? 1 : 0)),
    is_contested: bars.map(() => 0),
    decided_by: bars.map(() => 0),
  });
}

const metric = (code: string, over: Partial<MetricDocument>): MetricDocument => ({
  code,
  name: `name of ${code}`,
  description: '',
  side: 'BUY',
  group: 'TREND',
  indicator: 'EMA9',
  reference: null,
  direction: 'ABOVE',
  start: 0.1,
  end: null,
  window: null,
  weight: 1.3,
  active: true,
  ...over,
});

/** Four metrics: BUY, SELL with a reference and a window, an inactive one, a FILTER. */
export const STRATEGY: StrategyDocument = {
  strategy: "it's a test",
  description: 'quotes \' and ", a line\nbreak',
  symbols: ['BTCUSDT', 'ETHUSDT'],
  intervals: [],
  scoring: {
    buy_threshold: 1.1,
    sell_threshold: 0.7,
    max_score: null,
    min_edge: 0.3,
    strong_edge: 1.5,
    confidence: { buy: [0.1, 0.9], sell: null },
  },
  risk: {
    entry: 'next_open',
    fee_bps: 10,
    slippage_bps: 2.5,
    buy: {
      weak: { tp_pct: 0.25, sl_pct: 0.2, lookahead: '4h' },
      strong: { tp_pct: 0.8, sl_pct: 0.2, lookahead: '6h' },
    },
    sell: {
      weak: { tp_pct: 0.3, sl_pct: 0.2, lookahead: '3 BAR' },
      strong: { tp_pct: 1.2, sl_pct: 0.3, lookahead: '5 BAR' },
    },
  },
  metrics: [
    metric('B_EMA', {}),
    metric('A_MACD', {
      side: 'SELL',
      group: 'MOMENTUM',
      indicator: 'MACD',
      reference: 'OBV',
      direction: 'CROSS_DOWN',
      start: null,
      window: { size: 2, unit: 'HOUR' },
      weight: 0.1,
    }),
    metric('OFF', { active: false, weight: 9 }),
    metric('F_RSI', { side: 'FILTER', group: 'VOLUME', indicator: 'RSI14', weight: 2 }),
  ],
};

/** All rows of some batches as arrays by column name. */
export async function collect(batches: AsyncIterable<RecordBatch>): Promise<Record<string, unknown[]>> {
  const columns: Record<string, unknown[]> = {};
  for await (const batch of batches)
    for (const { name } of batch.schema.fields) {
      columns[name] ??= [];
      columns[name].push(...(values(batch, name) as unknown as unknown[]));
    }
  return columns;
}

/** The columns of one batch as `collect` returns them. */
export async function plain(...batches: RecordBatch[]): Promise<Record<string, unknown[]>> {
  return collect(
    (async function* () {
      yield* batches;
    })(),
  );
}

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

/** A migrated warehouse with klines of bars 0 to 19 of BTC. */
export async function loadBars(warehouse: Warehouse, key = BTC, bars = range(0, 20)): Promise<void> {
  const session = await warehouse.begin();
  await session.appendKlines(key, klines(bars));
  await session.commit();
}

/** Imports the sample strategy; returns its id. */
export async function loadStrategy(warehouse: Warehouse, document = STRATEGY): Promise<number> {
  await warehouse.importStrategy(document, `hash of ${JSON.stringify(document)}`, 5);
  const records = await warehouse.strategies();
  return records.findLast((record) => record.document.strategy === document.strategy)!.strategyId;
}

/** Every fact of `bars` for BTC. */
export async function loadFacts(warehouse: Warehouse, strategyId: number, bars: number[], key = BTC) {
  const session = await warehouse.begin();
  await session.appendKlines(key, klines(bars));
  await session.appendIndicators(key, indicators(bars));
  await session.appendPredictions(strategyId, key, predictions(bars));
  await session.appendResults(strategyId, key, results(bars.filter((bar) => bar % 2 === 0)));
  await session.commit();
}
