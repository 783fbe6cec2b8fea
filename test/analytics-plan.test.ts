import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMinedTrades } from '../engine/index.js';
import { type AnalyticsFilter, openWarehouse, readReport, type Warehouse } from '../warehouse/index.js';
import { temporaryFolder } from './support/cli.js';
import { newWarehouse } from './support/warehouse.js';

// What DuckDB says (EXPLAIN ANALYZE) it read of each fact for a report and for mining: with a filter never the whole table,
// and no more rows than the row groups (122,880 rows) that the filter's rows lie in.

const ROW_GROUP = 122_880;
const PARTITIONS = 2;
/** Bars of a partition; every third one is a trade of each of two strategies. */
const BARS = 3 * ROW_GROUP;
const HOUR = 3_600_000;
const START = Date.UTC(1990, 0, 1);
const FACTS = ['fact_kline', 'bar_indicator', 'bar_prediction', 'fact_prediction_result'];

interface Scan {
  readonly table: string;
  /** Rows looked at, and rows that passed the filters of the scan. */
  readonly scanned: number;
  readonly passed: number;
}

/** A node of DuckDB's JSON plan. */
interface PlanNode {
  readonly operator_type?: string;
  readonly operator_rows_scanned?: number;
  readonly operator_cardinality?: number;
  readonly extra_info?: { readonly Table?: string };
  readonly children?: readonly PlanNode[];
}

describe('what a filter reads', () => {
  const folder = temporaryFolder();
  let warehouse: Warehouse;

  beforeAll(async () => {
    await (await newWarehouse(folder.path, 'plan')).close();
    const path = join(folder.path, 'plan.duckdb');
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    // Facts with the columns that analytics read; every third bar is a trade of each strategy.
    const bars = `SELECT p AS symbol_id, i.interval_id, ${START} + (t + 1) * ${HOUR} - 1 AS close_time, t
      FROM range(1, ${PARTITIONS + 1}) symbols(p), range(${BARS}) bars(t), dim_interval i WHERE i."interval" = '1h'`;
    const predictions = `SELECT b.*, s AS strategy_id, close_time AS predicting_at FROM (${bars}) b, range(1, 3) strategies(s)
      ORDER BY s, symbol_id, t`;
    for (const sql of [
      `INSERT INTO dim_symbol SELECT p, 'S' || p FROM range(1, ${PARTITIONS + 1}) symbols(p)`,
      `INSERT INTO fact_kline BY NAME SELECT symbol_id, interval_id, close_time, close_time - ${HOUR - 1} AS open_time,
         1.0 AS open, 1.0 AS high, 1.0 AS low, 1.0 AS close, 1.0 AS volume FROM (${bars}) ORDER BY symbol_id, close_time`,
      `INSERT INTO bar_indicator BY NAME SELECT symbol_id, interval_id, close_time, 1.0 AS ema200, 0.5 AS macd_hist,
         (t % 7)::DOUBLE AS atr_pct14 FROM (${bars}) ORDER BY symbol_id, close_time`,
      `INSERT INTO bar_prediction BY NAME SELECT strategy_id, symbol_id, interval_id, predicting_at, 7 AS known_mask,
         t % 8 AS fired_mask, 1.0 AS close, 3.0 AS buy_score, 0.0 AS sell_score, 1 AS action,
         CASE WHEN t % 3 = 0 THEN 0 ELSE 3 END AS reason, 0 AS is_conflict, 0.0 AS metric_trend, 0.0 AS metric_momentum,
         0.0 AS metric_volatility, 0.0 AS metric_volume FROM (${predictions})`,
      `INSERT INTO fact_prediction_result BY NAME SELECT strategy_id, symbol_id, interval_id, predicting_at, 1 AS action,
         0 AS is_strong, 1.0 AS entry_price, 1.1 AS tp_price, 0.9 AS sl_price, ${4 * HOUR} AS lookahead_ms, 1.1 AS exit_price,
         t // 3 % 2 AS result_status, predicting_at + ${HOUR} AS confirmed_at, 1.0 AS gross_pct, 0.8 AS pnl_pct,
         1.0 AS max_return_pct, -0.5 AS min_return_pct, 0 AS is_ambiguous, 0 AS has_gap, 0 AS is_contested, 0 AS decided_by
         FROM (${predictions}) WHERE t % 3 = 0`,
      'CHECKPOINT',
    ])
      await connection.run(sql);
    connection.closeSync();
    instance.closeSync();
    warehouse = await openWarehouse(`duckdb:${path}`, { readOnly: true });
  });

  afterAll(async () => {
    await warehouse.close();
    folder.dispose();
  });

  /** Scans of facts by every statement that `work` keeps or reads. */
  async function scansOf(work: (spied: Warehouse) => Promise<unknown>): Promise<Scan[]> {
    const scans: Scan[] = [];
    const visit = ({ operator_type, extra_info, children = [], ...node }: PlanNode): void => {
      const table = extra_info?.Table?.split('.').at(-1);
      if (operator_type === 'TABLE_SCAN' && table !== undefined && FACTS.includes(table))
        scans.push({ table, scanned: node.operator_rows_scanned!, passed: node.operator_cardinality! });
      children.forEach(visit);
    };
    const analyse: Warehouse['analyse'] = (task) =>
      warehouse.analyse((session) => {
        const profile = async (sql: string, parameters = {}): Promise<void> => {
          const [row] = await session.rows<Record<string, string>>(
            `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
            parameters,
          );
          visit(JSON.parse(Object.values(row!).at(-1)!));
        };
        return task({
          put: (...given) => session.put(...given),
          define: (...given) => session.define(...given),
          table: (...given) => session.table(...given),
          tables: (...given) => session.tables(...given),
          kept: async (select) => {
            await profile(select);
            return session.kept(select);
          },
          keep: async (table, ...given) => {
            await profile(...given);
            await session.keep(table, ...given);
          },
          rows: async (...given) => {
            await profile(...given);
            return session.rows(...given);
          },
          numbers: async (...given) => {
            await profile(...given);
            return session.numbers(...given);
          },
        });
      });
    const spied = new Proxy(warehouse, {
      get: (target, name) => {
        if (name === 'analyse') return analyse;
        const member = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    await work(spied);
    return scans;
  }

  const sizes: Readonly<Record<string, number>> = {
    fact_kline: PARTITIONS * BARS,
    bar_indicator: PARTITIONS * BARS,
    bar_prediction: 2 * PARTITIONS * BARS,
    fact_prediction_result: (2 * PARTITIONS * BARS) / 3,
  };
  const later = { from: START + (BARS - 24 * 40) * HOUR };
  const strategy = { strategy: 'trend-momentum' };
  const works: Readonly<Record<string, (filter: AnalyticsFilter) => (spied: Warehouse) => Promise<unknown>>> =
    {
      'report --by regime': (filter) => (spied) => readReport(spied, filter, 'regime'),
      mine: (filter) => (spied) => readMinedTrades(spied, filter),
    };

  it.each(
    Object.keys(works).flatMap((name) => [
      [name, '--symbol', { ...strategy, symbol: 'S2' }, FACTS],
      [name, '--from', { ...strategy, ...later }, FACTS],
      // Klines and indicators are of no strategy.
      [name, '--strategy', strategy, ['bar_prediction', 'fact_prediction_result']],
    ]) as [string, string, AnalyticsFilter, string[]][],
  )('%s %s reads no fact whole', async (name, _, filter, narrowed) => {
    const scans = await scansOf(works[name]!(filter));
    expect([...new Set(scans.map(({ table }) => table))].sort()).toEqual([...FACTS].sort());
    const share = filter.symbol !== undefined ? 1 / PARTITIONS : filter.from !== undefined ? 0.01 : 0.5;
    for (const { table, scanned, passed } of scans) {
      const size = sizes[table]!;
      // What no filter narrows is read whole, which shows that the test can tell.
      if (narrowed.includes(table))
        expect([table, scanned <= 0.67 * size, passed <= share * size]).toEqual([table, true, true]);
      else expect([table, scanned]).toEqual([table, size]);
    }
  });
});
