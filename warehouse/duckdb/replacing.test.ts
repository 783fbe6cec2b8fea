import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/cli.js';
import { openWarehouse, type Warehouse, type WriteSession } from '../index.js';
import {
  BTC,
  CATALOG,
  closeTime,
  ETH,
  indicators,
  klines,
  loadStrategy,
  predictions,
  range,
  results,
} from '../testing/samples.js';

// What a session knows to be empty it does not clear: nothing may stand twice for that.

const BARS = 10;
const TABLES = [
  'bar_indicator',
  'bar_prediction',
  'fact_prediction_result',
  'lineage_block',
  'trade_checkpoint',
  'stage_head',
];
const folder = temporaryFolder();
let warehouse: Warehouse;
let strategyId: number;
let url = '';
let files = 0;

beforeEach(async () => {
  await warehouse?.close();
  url = `duckdb:${join(folder.path, `${files++}.duckdb`)}`;
  warehouse = await openWarehouse(url);
  await warehouse.migrate(CATALOG);
  strategyId = await loadStrategy(warehouse);
});
afterAll(async () => {
  await warehouse.close();
  folder.dispose();
});

async function inSession(work: (session: WriteSession) => Promise<void>): Promise<void> {
  const session = await warehouse.begin();
  await work(session);
  await session.commit();
}

/** Computes a partition from its first bar, as a recompute does. */
async function replace(session: WriteSession, key = BTC): Promise<void> {
  const bars = range(0, BARS);
  await session.clearIndicators(key, 0);
  await session.clearPredictions(strategyId, key, 0, new Float64Array(0));
  await session.appendIndicators(key, indicators(bars));
  await session.appendPredictions(strategyId, key, predictions(bars));
  await session.appendResults(strategyId, key, results(bars));
  const state = Float64Array.of(1);
  const last = closeTime(BARS - 1);
  await session.replaceLineage(key, 0, [{ rows: BARS, closeTime: last, klineHash: 'h', state }]);
  await session.replaceTradeCheckpoints(strategyId, key, 0, [{ closeTime: last, state }]);
  const head = { ...key, seq: 1, finerSeq: 1, rows: BARS, lastCloseTime: last, versions: {}, runId: 1 };
  for (const id of [null, strategyId]) await session.setHead({ ...head, strategyId: id });
}

async function rows(): Promise<Record<string, number>> {
  const counted = TABLES.map(async (table) => {
    const found = await warehouse.query(`SELECT count(*) FROM ${table}`);
    return [table, Number(found.rows[0]![0])] as const;
  });
  return Object.fromEntries(await Promise.all(counted));
}

const ONCE = {
  bar_indicator: BARS,
  bar_prediction: BARS,
  fact_prediction_result: BARS,
  lineage_block: 1,
  trade_checkpoint: 1,
  stage_head: 2,
};
const TWICE = Object.fromEntries(Object.entries(ONCE).map(([table, count]) => [table, 2 * count]));

it('replaces what the same session wrote', async () => {
  await inSession(async (session) => {
    await replace(session);
    await replace(session);
  });
  expect(await rows()).toEqual(ONCE);
});

it('replaces what the same session wrote of many partitions at once', async () => {
  const bars = range(0, BARS);
  const facts = { strategyId, predictions: predictions(bars), results: results(bars) };
  const indicated = indicators(bars);
  await inSession(async (session) => {
    await session.appendBars([
      { ...BTC, klines: klines(bars), indicators: indicated, strategies: [facts], gaps: [] },
    ]);
    await replace(session);
  });
  expect(await rows()).toEqual(ONCE);
});

it('replaces facts whose heads were taken away', async () => {
  await inSession(replace);
  await inSession(async (session) => {
    await session.deleteRows('stage_head', {});
  });
  await warehouse.close();
  warehouse = await openWarehouse(url);
  await inSession(replace);
  expect(await rows()).toEqual(ONCE);
});

it('replaces what a session before it wrote', async () => {
  await inSession(replace);
  expect(await rows()).toEqual(ONCE);
  await inSession(replace);
  expect(await rows()).toEqual(ONCE);
});

it('replaces what stood in the file when it was opened', async () => {
  await inSession(replace);
  await warehouse.close();
  warehouse = await openWarehouse(url);
  await inSession(replace);
  expect(await rows()).toEqual(ONCE);
});

it('replaces rows that a replica brought as they are, in its session or in the next', async () => {
  const intervals = await warehouse.query('SELECT interval_id FROM dim_interval WHERE "interval" = \'1h\'');
  const bring = async (session: WriteSession, id: number): Promise<void> => {
    const key = { symbol_id: id, interval_id: Number(intervals.rows[0]![0]) };
    const block = { ...key, row_count: BARS, close_time: closeTime(0), kline_hash: 'h', state: null };
    const head = { ...key, seq: 1, finer_seq: 1, row_count: BARS, last_close_time: 1, versions: '{}' };
    await session.appendRows('lineage_block', [block]);
    await session.appendRows('stage_head', [{ ...head, strategy_id: null, run_id: 1 }]);
  };
  await inSession(async (session) => {
    await session.appendRows('dim_symbol', [{ symbol_id: 7, symbol: BTC.symbol }]);
    await bring(session, 7);
  });
  await inSession(replace);
  expect(await rows()).toEqual(ONCE);
  // The id that this session gives out for it.
  await inSession(async (session) => {
    await bring(session, 8);
    await replace(session, ETH);
  });
  expect(await rows()).toEqual(TWICE);
});

it('leaves other partitions alone, and forgets what was rolled back', async () => {
  const lost = await warehouse.begin();
  await replace(lost);
  await lost.rollback();
  await inSession((session) => replace(session, ETH));
  await inSession(replace);
  await inSession(replace);
  expect(await rows()).toEqual(TWICE);
});
