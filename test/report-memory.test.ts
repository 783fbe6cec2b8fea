import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWarehouse, readReport } from '../warehouse/index.js';
import { temporaryFolder } from './support/cli.js';
import { newWarehouse, select } from './support/warehouse.js';

// A report over trades that nearly all have another set of fired metrics, within little memory: what it holds grows with
// the trades, never with trades times metrics.

const TRADES = 240_000;
const HOUR = 3_600_000;
const STRATEGY = 'trend-momentum';

const folder = temporaryFolder();
const url = `duckdb:${join(folder.path, 'memory.duckdb')}`;

beforeAll(async () => {
  const warehouse = await newWarehouse(folder.path, 'memory');
  const record = (await warehouse.strategies()).find(({ document }) => document.strategy === STRATEGY)!;
  await warehouse.close();
  const instance = await DuckDBInstance.create(join(folder.path, 'memory.duckdb'));
  const connection = await instance.connect();
  const bars = `SELECT 1 AS symbol_id, i.interval_id, (t + 1) * ${HOUR} - 1 AS close_time, t
    FROM range(${TRADES}) bars(t), dim_interval i WHERE i."interval" = '1h'`;
  // 48271 is odd: every mask of 19 metrics comes once before one comes again.
  const trades = `SELECT ${record.strategyId} AS strategy_id, symbol_id, interval_id, close_time AS predicting_at, t, 1 AS action,
    t * 48271 % 524288 AS fired_mask FROM (${bars}) ORDER BY t`;
  for (const sql of [
    "INSERT INTO dim_symbol VALUES (1, 'S1')",
    `INSERT INTO fact_kline BY NAME SELECT symbol_id, interval_id, close_time, close_time - ${HOUR - 1} AS open_time,
       1.0 AS open, 1.0 AS high, 1.0 AS low, 1.0 AS close, 1.0 AS volume FROM (${bars}) ORDER BY t`,
    `INSERT INTO bar_prediction BY NAME SELECT * EXCLUDE (t), 524287 AS known_mask, 1.0 AS close, 5.0 AS buy_score,
       0.0 AS sell_score, 0 AS reason, 0 AS is_conflict, 0.0 AS metric_trend, 0.0 AS metric_momentum,
       0.0 AS metric_volatility, 0.0 AS metric_volume FROM (${trades})`,
    `INSERT INTO fact_prediction_result BY NAME SELECT * EXCLUDE (t, fired_mask), 0 AS is_strong, 1.0 AS entry_price,
       1.1 AS tp_price, 0.9 AS sl_price, ${4 * HOUR} AS lookahead_ms, 1.1 AS exit_price, t % 3 AS result_status,
       predicting_at + ${HOUR} AS confirmed_at, 1.0 AS gross_pct, (t % 7 - 3) / 8.0 AS pnl_pct, 1.0 AS max_return_pct,
       -0.5 AS min_return_pct, 0 AS is_ambiguous, 0 AS has_gap, 0 AS is_contested, 0 AS decided_by FROM (${trades})`,
    'CHECKPOINT',
  ])
    await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
});

afterAll(() => folder.dispose());

it('a report over as many sets of fired metrics as trades stays within a small memory limit', async () => {
  const warehouse = await openWarehouse(url, { readOnly: true, memoryLimit: '110MB' });
  try {
    const [masks] = await select(warehouse, 'SELECT count(DISTINCT fired_mask) FROM bar_prediction');
    expect(Number(masks![0])).toBe(TRADES);
    const { overall } = await readReport(warehouse, { strategy: STRATEGY });
    expect(overall[0]!.metrics).toHaveLength(19);
    // The rule of the rows above, in a plain loop; eighths add up exactly in any order.
    for (const [position, metric] of overall[0]!.metrics.entries()) {
      const sums = [0, 1].map(() => ({ trades: 0, wins: 0, confirmed: 0, pnl: 0 }));
      for (let t = 0; t < TRADES; t++) {
        const sum = sums[Math.floor(((t * 48271) % 524288) / 2 ** position) % 2]!;
        sum.trades++;
        sum.pnl += ((t % 7) - 3) / 8;
        if (t % 3 < 2) sum.confirmed++;
        if (t % 3 === 0) sum.wins++;
      }
      const [others, fired] = sums;
      expect(metric).toMatchObject({
        trades: fired!.trades,
        win_rate: fired!.wins / fired!.confirmed,
        total_pnl_pct: fired!.pnl,
        avg_pnl_pct: fired!.pnl / fired!.trades,
        other_trades: others!.trades,
        other_win_rate: others!.wins / others!.confirmed,
        other_avg_pnl_pct: others!.pnl / others!.trades,
      });
    }
  } finally {
    await warehouse.close();
  }
});
