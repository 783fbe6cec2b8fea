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

it('the nearest flip is the one with the smallest |y - threshold| / mean |y| over 200 bars', async () => {
  // By hand for metrics whose y is one stored indicator.
  const codes = new Map([
    ['TM_BUY_RSI_BAND', 'RSI14'],
    ['TM_SELL_RSI_BAND', 'RSI14'],
    ['TM_BUY_VOLUME_SURGE', 'VOL_RATIO20'],
    ['TM_SELL_VOLUME_SURGE', 'VOL_RATIO20'],
    ['TM_FILTER_NO_TREND', 'ADX14'],
  ]);
  let seen = 0;
  for (const { page } of explained) {
    if (page.flip === null || !codes.has(page.flip.metric)) continue;
    const values = await select(
      warehouse,
      `SELECT i."value" FROM v_kline k LEFT JOIN fact_indicator i ON i.symbol = k.symbol AND i."interval" = k."interval"
         AND i."timestamp" = k.close_time AND i.indicator = '${codes.get(page.flip.metric)}'
       WHERE k.close_time <= ${page.predicting_at} ORDER BY k.close_time DESC LIMIT 200`,
    );
    const known = values.flatMap(([value]) => (value === null ? [] : [Math.abs(Number(value))]));
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    const { distance } = page.metrics.find(({ metric }) => metric === page.flip!.metric)!;
    expect(page.flip.closeness).toBeCloseTo(Math.abs(distance!) / mean, 12);
    seen++;
  }
  expect(seen).toBeGreaterThan(3);
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
