import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Explanation, explain, loadFiles, recompute } from '../engine/index.js';
import type { StrategyRecord, Warehouse } from '../warehouse/index.js';
import { type NaivePrediction, naivePrediction } from './reference/scoring.js';
import { temporaryFolder } from './support/cli.js';
import { walkColumns } from './support/market.js';
import { csvOf } from './support/market-files.js';
import { newWarehouse, select } from './support/warehouse.js';

// 200 predictions drawn at random, against the exported row and the naive twin of scoring.

const KEY = { symbol: 'BTCUSDT', interval: '1h' };
const folder = temporaryFolder();
let warehouse: Warehouse;
let record: StrategyRecord;
let explained: { readonly row: Record<string, unknown>; readonly page: Explanation }[];

beforeAll(async () => {
  warehouse = await newWarehouse(folder.path, 'explain');
  const path = join(folder.path, 'BTCUSDT-1h-x.csv');
  const columns = walkColumns({ seed: 5, rows: 3_000, durationMs: 3_600_000, gaps: 0.002 });
  writeFileSync(path, csvOf(columns));
  await loadFiles(warehouse, [path], { now: Date.UTC(2026, 0, 1) });
  await recompute(warehouse, { threads: 0 });
  record = (await warehouse.strategies()).find(({ document }) => document.strategy === 'trend-momentum')!;
  const names =
    'predicting_at, buy_score, sell_score, market_score, confidence_score, action, is_tradable, no_trade_reason, close';
  // A hash of the time draws the sample: the same one each run.
  const rows = await select(
    warehouse,
    `SELECT ${names} FROM fact_prediction WHERE strategy = 'trend-momentum' ORDER BY md5(predicting_at::VARCHAR) LIMIT 200`,
  );
  explained = [];
  for (const cells of rows) {
    const row = Object.fromEntries(names.split(', ').map((name, i) => [name, cells[i]]));
    explained.push({ row, page: await explain(warehouse, record, KEY, Number(row.predicting_at)) });
  }
});

afterAll(async () => {
  await warehouse.close();
  folder.dispose();
});

function scoreAgain({ metrics }: Explanation, truth: readonly (boolean | null)[]): NaivePrediction {
  const { scoring } = record.document;
  const sum = (side: string): number =>
    metrics.filter((metric) => metric.side === side).reduce((total, { weight }) => total + weight, 0);
  return naivePrediction(
    {
      metrics: metrics.map(({ position, side, metric_group, weight }) => ({
        position,
        side,
        group: metric_group as 'TREND',
        weight,
      })),
      buyThreshold: scoring.buy_threshold,
      sellThreshold: scoring.sell_threshold,
      maxScore: Math.max(sum('BUY'), sum('SELL')),
      minEdge: scoring.min_edge,
      buyBand: scoring.confidence.buy,
      sellBand: scoring.confidence.sell,
    },
    truth,
  );
}

const truthOf = ({ metrics }: Explanation): (boolean | null)[] =>
  metrics.map(({ metric_value }) => (metric_value === null ? null : metric_value === 1));

it('the terms add up to the stored scores, exactly, and the decision is the stored one', () => {
  expect(explained).toHaveLength(200);
  for (const { row, page } of explained) {
    for (const side of ['buy', 'sell'] as const) {
      let sum = 0;
      for (const { weight } of page[side].terms) sum += weight;
      expect([sum, page[side].sum, page[side].stored]).toEqual(Array(3).fill(row[`${side}_score`]));
    }
    expect(page).toMatchObject({
      market_score: row.market_score,
      confidence_score: row.confidence_score,
      action: row.action,
      is_tradable: row.is_tradable === 1,
      no_trade_reason: row.no_trade_reason,
      kline: { close: row.close, close_time: row.predicting_at },
    });
    expect(page.safeguards.find(({ holds }) => holds)?.reason ?? null).toBe(row.no_trade_reason);
  }
  expect(new Set(explained.map(({ page }) => page.no_trade_reason)).size).toBeGreaterThan(3);
});

it('a value stands on its side of the threshold', () => {
  let seen = 0;
  for (const { page } of explained)
    for (const { rule, value, threshold, distance, metric_value } of page.metrics) {
      if (metric_value === null || value === null || threshold === null) continue;
      const direction = / (\w+)(,|$)/.exec(rule)![1]!;
      expect(distance).toBe(value - threshold);
      if (['ABOVE', 'TREND_UP', 'EXPAND'].includes(direction))
        expect(metric_value).toBe(distance! > 0 ? 1 : 0);
      else if (['BELOW', 'TREND_DOWN'].includes(direction)) expect(metric_value).toBe(distance! < 0 ? 1 : 0);
      else if (direction === 'AT_LEAST') expect(metric_value).toBe(distance! >= 0 ? 1 : 0);
      else continue;
      seen++;
    }
  expect(seen).toBeGreaterThan(1_000);
});

it('a suggested flip changes the decision, the nearest one does, and where there is none there is none', () => {
  let flips = 0;
  let none = 0;
  for (const { page } of explained) {
    if (page.is_tradable) {
      expect(page.flip).toBeNull();
      continue;
    }
    const truth = truthOf(page);
    const works = page.metrics.flatMap(({ metric, value, threshold }, i) => {
      if (truth[i] === null) return [];
      const { reason, action } = scoreAgain(page, truth.with(i, !truth[i]));
      return reason === null ? [{ metric, action, value, threshold }] : [];
    });
    if (page.flip === null) {
      expect(works).toEqual([]);
      none++;
      continue;
    }
    const { metric, from, to, action } = page.flip;
    expect(works.find((flip) => flip.metric === metric)).toMatchObject({ action });
    expect([from, to]).toEqual(
      page.metrics.find((m) => m.metric === metric)!.metric_value === 1 ? [1, 0] : [0, 1],
    );
    flips++;
  }
  expect(Math.min(flips, none)).toBeGreaterThan(10);
});

/**
 * Value and level of each metric of trend-momentum at row t, written down from its document by hand: SPEC 8's
 * |y - threshold|, where a direction without a threshold is compared with what its condition compares y with.
 */
type Series = (t: number) => number;
const LEVELS: Readonly<
  Record<string, (of: (code: string) => Series) => readonly [y: Series, level: Series]>
> = {
  TM_BUY_EMA_STACK: (of) => [(t) => of('EMA50')(t) - of('EMA200')(t), () => 0],
  TM_BUY_EMA21_RISING: (of) => [of('EMA21'), (t) => of('EMA21')(t - 1)],
  TM_BUY_SUPERTREND: (of) => [of('SUPERTREND_DIR'), () => 0],
  TM_BUY_MACD_CROSS: (of) => [(t) => of('MACD')(t) - of('MACD_SIGNAL')(t), () => 0],
  TM_BUY_RSI_BAND: (of) => [of('RSI14'), nearer(of('RSI14'), 52, 70)],
  TM_BUY_BAND_EXPANDS: (of) => [of('BB_WIDTH20'), (t) => 1.1 * meanOf(of('BB_WIDTH20'), t - 10, t - 1)],
  TM_BUY_BAND_RECLAIM: (of) => [(t) => of('CLOSE')(t) - of('BB_MIDDLE20')(t), () => 0],
  TM_BUY_VOLUME_SURGE: (of) => [of('VOL_RATIO20'), () => 1.5],
  TM_BUY_OBV_UP: (of) => [of('OBV'), (t) => of('OBV')(t - 10)],
  TM_SELL_EMA_STACK: (of) => [(t) => of('EMA50')(t) - of('EMA200')(t), () => 0],
  TM_SELL_EMA21_FALLING: (of) => [of('EMA21'), (t) => of('EMA21')(t - 1)],
  TM_SELL_SUPERTREND: (of) => [of('SUPERTREND_DIR'), () => 0],
  TM_SELL_MACD_CROSS: (of) => [(t) => of('MACD')(t) - of('MACD_SIGNAL')(t), () => 0],
  TM_SELL_RSI_BAND: (of) => [of('RSI14'), nearer(of('RSI14'), 30, 48)],
  TM_SELL_BAND_EXPANDS: (of) => [of('BB_WIDTH20'), (t) => 1.1 * meanOf(of('BB_WIDTH20'), t - 10, t - 1)],
  TM_SELL_BAND_REJECT: (of) => [(t) => of('CLOSE')(t) - of('BB_MIDDLE20')(t), () => 0],
  TM_SELL_VOLUME_SURGE: (of) => [of('VOL_RATIO20'), () => 1.5],
  TM_SELL_OBV_DOWN: (of) => [of('OBV'), (t) => of('OBV')(t - 10)],
  TM_FILTER_NO_TREND: (of) => [of('ADX14'), () => 18],
};

const nearer =
  (y: Series, a: number, b: number): Series =>
  (t) =>
    Math.abs(y(t) - a) <= Math.abs(y(t) - b) ? a : b;

function meanOf(y: Series, from: number, to: number): number {
  let sum = 0;
  for (let t = from; t <= to; t++) sum += y(t);
  return sum / (to + 1 - from);
}

it('no nearer flip exists: every flip that works, with its distance, by plain loops', async () => {
  const where = "symbol = 'BTCUSDT' AND \"interval\" = '1h'";
  const bars = await select(warehouse, `SELECT close_time, close FROM v_kline WHERE ${where} ORDER BY 1`);
  const rowOf = new Map(bars.map(([at], t) => [Number(at), t]));
  const columns = new Map<string, number[]>([['CLOSE', bars.map(([, close]) => Number(close))]]);
  const facts = await select(
    warehouse,
    `SELECT indicator, "timestamp", "value" FROM fact_indicator WHERE ${where}`,
  );
  for (const [code, at, value] of facts) {
    const column = columns.get(String(code)) ?? new Array<number>(bars.length).fill(Number.NaN);
    column[rowOf.get(Number(at))!] = Number(value);
    columns.set(String(code), column);
  }
  const of =
    (code: string): Series =>
    (t) =>
      columns.get(code)![t] ?? Number.NaN;
  const distanceOf = (metric: string, t: number): number => {
    const [y, level] = LEVELS[metric]!(of);
    const sizes: number[] = [];
    for (let s = Math.max(0, t - 199); s <= t; s++) if (!Number.isNaN(y(s))) sizes.push(Math.abs(y(s)));
    const distance = Math.abs(y(t) - level(t));
    return distance === 0 ? 0 : distance / (sizes.reduce((sum, size) => sum + size, 0) / sizes.length);
  };
  let chosen = 0;
  let ties = 0;
  for (const { page } of explained) {
    if (page.is_tradable) continue;
    const truth = truthOf(page);
    const t = rowOf.get(page.predicting_at)!;
    // In position order, so the first of the nearest is the one that a tie goes to.
    const works = page.metrics.flatMap(({ metric }, i) =>
      truth[i] !== null && scoreAgain(page, truth.with(i, !truth[i])).reason === null
        ? [{ metric, distance: distanceOf(metric, t) }]
        : [],
    );
    const least = Math.min(...works.map(({ distance }) => distance));
    const nearest = works.filter(({ distance }) => distance <= least * (1 + 1e-12));
    expect([page.predicting_at, page.flip?.metric]).toEqual([page.predicting_at, nearest[0]?.metric]);
    if (works.length > 1) chosen++;
    if (nearest.length > 1) ties++;
    if (page.flip !== null)
      expect(Math.abs(page.flip.closeness! - least)).toBeLessThanOrEqual(1e-12 * (1 + least));
  }
  // The choice was one, and not all ended in a tie.
  expect(chosen).toBeGreaterThan(20);
  expect(chosen - ties).toBeGreaterThan(20);
});

it('trades are told bar by bar up to the stored exit, with where they come from', () => {
  const trades = explained.filter(({ page }) => page.trade !== null);
  expect(trades.length).toBeGreaterThan(20);
  for (const { page } of trades) {
    const trade = page.trade!;
    if (trade.confirmed_at === null) continue;
    expect(trade.bars.at(-1)!.close_time).toBe(trade.confirmed_at);
    expect(trade.bars.slice(0, -1).filter(({ event }) => event !== '')).toEqual([]);
    expect(trade.bars.at(-1)!.event === '').toBe(trade.status === 'EXPIRED');
    expect(trade.gross_pct! - trade.cost_pct).toBe(trade.pnl_pct);
    expect(page.lineage.tasks.map(({ stage }) => stage)).toEqual(['load', 'indicators', 'strategy']);
    expect(page.lineage.block_hash).toMatch(/^[0-9a-f]{64}$/);
  }
});
