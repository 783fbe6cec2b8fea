import { availableParallelism } from 'node:os';
import { DuckDBInstance } from '@duckdb/node-api';
import { MINING_DEFAULTS, mine } from '../../engine/index.js';
import { type ReportRow, readReport } from '../../warehouse/index.js';
import { benchStrategies } from '../strategies.js';
import { openFileWarehouse } from './warehouse.js';

const STRATEGY = 'trend-momentum';
const HOUR = 3_600_000;

export interface FillArgs {
  readonly file: string;
  readonly symbols: number;
  /** Bars of a symbol; every third one is a trade. */
  readonly bars: number;
}

/** What a plain loop over the stored rows counts and adds up. */
export interface Tally {
  readonly wins: number;
  readonly losses: number;
  readonly expired: number;
  readonly pnl: number;
  readonly gained: number;
  readonly lost: number;
}

/** A warehouse with the columns of facts that analytics read, drawn with fixed seeds: hourly bars of S1, S2, ... */
export async function fillTrades({ file, symbols, bars }: FillArgs): Promise<void> {
  const warehouse = await openFileWarehouse(file);
  for (const { document, contentHash } of benchStrategies())
    await warehouse.importStrategy(document, contentHash, 0);
  const { strategyId } = (await warehouse.strategies()).find(
    ({ document }) => document.strategy === STRATEGY,
  )!;
  await warehouse.close();
  const instance = await DuckDBInstance.create(file, { memory_limit: '2GB' });
  const connection = await instance.connect();
  const bar = `SELECT p AS symbol_id, i.interval_id, (t + 1) * ${HOUR} - 1 AS close_time, t
    FROM range(1, ${symbols + 1}) symbols(p), range(${bars}) bars(t), dim_interval i WHERE i."interval" = '1h'`;
  const tradeSide = 'CASE WHEN draw(symbol_id, t, 1) < 0.5 THEN 1 ELSE -1 END';
  for (const sql of [
    'CREATE TEMP MACRO draw(p, t, k) AS (hash(p, t, k) >> 11)::DOUBLE / 9007199254740992.0',
    `INSERT INTO dim_symbol SELECT p, 'S' || p FROM range(1, ${symbols + 1}) symbols(p)`,
    `INSERT INTO fact_kline BY NAME SELECT symbol_id, interval_id, close_time, close_time - ${HOUR - 1} AS open_time,
       1.0 AS open, 1.0 AS high, 1.0 AS low, 1.0 AS close, 1.0 AS volume FROM (${bar}) ORDER BY symbol_id, t`,
    `INSERT INTO bar_indicator BY NAME SELECT symbol_id, interval_id, close_time, draw(symbol_id, t // 300, 2) AS ema200,
       draw(symbol_id, t // 20, 3) - 0.5 AS macd_hist, draw(symbol_id, t, 4) AS atr_pct14 FROM (${bar}) ORDER BY symbol_id, t`,
    `INSERT INTO bar_prediction BY NAME SELECT ${strategyId} AS strategy_id, symbol_id, interval_id, close_time AS predicting_at,
       524287 AS known_mask,
       (hash(symbol_id, t, 11) & (hash(symbol_id, t, 12) | hash(symbol_id, t, 13)) & 524287)::BIGINT AS fired_mask,
       draw(symbol_id, t // 300, 5) AS close, 4.0 + 3 * draw(symbol_id, t, 6) AS buy_score, 0.0 AS sell_score,
       ${tradeSide} AS action, CASE WHEN t % 3 = 0 THEN 0 ELSE 3 END AS reason, 0 AS is_conflict, 0.0 AS metric_trend,
       0.0 AS metric_momentum, 0.0 AS metric_volatility, 0.0 AS metric_volume FROM (${bar}) ORDER BY symbol_id, t`,
    `INSERT INTO fact_prediction_result BY NAME SELECT ${strategyId} AS strategy_id, symbol_id, interval_id,
       close_time AS predicting_at, ${tradeSide} AS action, (4.0 + 3 * draw(symbol_id, t, 6) >= 5.5)::TINYINT AS is_strong,
       1.0 AS entry_price, 1.1 AS tp_price, 0.9 AS sl_price, ${8 * HOUR} AS lookahead_ms, 1.1 AS exit_price,
       CASE WHEN draw(symbol_id, t, 7) < 0.02 THEN 2 WHEN draw(symbol_id, t, 7) < 0.45 THEN 0 ELSE 1 END AS result_status,
       close_time + ${HOUR} * (1 + hash(symbol_id, t, 8) % 8)::BIGINT AS confirmed_at, pnl + 0.24 AS gross_pct, pnl AS pnl_pct,
       1.0 AS max_return_pct, -0.5 AS min_return_pct, 0 AS is_ambiguous, 0 AS has_gap, 0 AS is_contested, 0 AS decided_by
     FROM (SELECT *, draw(symbol_id, t, 9) * CASE WHEN draw(symbol_id, t, 7) < 0.45 THEN 2.5 ELSE -1.8 END AS pnl FROM (${bar}))
     WHERE t % 3 = 0 ORDER BY symbol_id, t`,
    'CHECKPOINT',
  ])
    await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

/** `report`: from the file opened to the figures. */
export async function reportTrades({
  file,
  by,
}: {
  readonly file: string;
  readonly by: 'partition' | 'regime';
}) {
  const start = performance.now();
  const warehouse = await openFileWarehouse(file);
  const { rows, overall } = await readReport(warehouse, { strategy: STRATEGY }, by);
  await warehouse.close();
  const figures: ReportRow[] = [...overall, ...rows];
  return { elapsedMs: performance.now() - start, figures };
}

/** `mine` over the trades of one symbol, stored; nothing was stored before. */
export async function mineTrades({ file, symbol }: { readonly file: string; readonly symbol: string }) {
  const start = performance.now();
  const warehouse = await openFileWarehouse(file);
  const options = { ...MINING_DEFAULTS, strategy: STRATEGY, symbol, threads: availableParallelism() };
  const { run, patterns } = await mine(warehouse, warehouse, options);
  await warehouse.close();
  return { elapsedMs: performance.now() - start, trades: run.trades, structures: patterns.edgeRuleCount };
}

/** Results one by one, over everything and by the regimes that need no window. */
export async function tallyTrades({ file }: { readonly file: string }): Promise<Record<string, Tally>> {
  const warehouse = await openFileWarehouse(file);
  // Unordered rows and plain additions: nothing of what the report does.
  const { rows } = await warehouse.query(`
    SELECT r.result_status, r.pnl_pct, p."close", b.ema200, b.macd_hist, r.is_strong
    FROM fact_prediction_result r JOIN bar_prediction p USING (strategy_id, symbol_id, interval_id, predicting_at)
    JOIN bar_indicator b ON (b.symbol_id, b.interval_id, b.close_time) = (r.symbol_id, r.interval_id, r.predicting_at)`);
  await warehouse.close();
  const tallies = new Map<string, { -readonly [Name in keyof Tally]: number }>();
  for (const row of rows) {
    const [status, pnl, close, ema, macd, isStrong] = row.map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const trend = close > ema ? 'TREND_UP' : 'TREND_DOWN';
    const momentum = macd > 0 ? 'MOMENTUM_POS' : 'MOMENTUM_NEG';
    for (const group of ['ALL', trend, momentum, isStrong === 1 ? 'EDGE_STRONG' : 'EDGE_WEAK']) {
      const tally = tallies.get(group) ?? { wins: 0, losses: 0, expired: 0, pnl: 0, gained: 0, lost: 0 };
      tallies.set(group, tally);
      tally[(['wins', 'losses', 'expired'] as const)[status]!]++;
      tally.pnl += pnl;
      tally[pnl > 0 ? 'gained' : 'lost'] += pnl;
    }
  }
  return Object.fromEntries(tallies);
}
