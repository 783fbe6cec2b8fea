import { createHash } from 'node:crypto';
import type { RecordBatch } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { PREDICTION_COLUMNS } from '../schema/batches.js';
import type { MakeWarehouse } from '../warehouse.case.js';
import { FACT_TABLES, type PartitionChecksum, type TimeRange, type Warehouse } from '../warehouse.js';
import {
  BTC,
  batchOf,
  CATALOG,
  closeTime,
  collect,
  ETH,
  klines,
  loadFacts,
  loadStrategy,
  openTime,
  range,
  STRATEGY,
} from './samples.js';

/** SPEC 11, copied by hand. */
const SPEC_COLUMNS: Record<string, string> = {
  fact_kline:
    'symbol interval open_time open high low close volume close_time quote_volume trade_count taker_buy_base taker_buy_quote',
  fact_indicator: 'symbol interval indicator timestamp value',
  fact_metric_value: 'strategy version symbol interval metric calculating_at metric_value',
  fact_prediction:
    'strategy version symbol interval predicting_at close buy_score sell_score market_score max_score confidence_score action is_tradable no_trade_reason is_conflict metric_trend metric_momentum metric_volatility metric_volume metrics_fired metrics_unknown',
  fact_prediction_result:
    'strategy version symbol interval predicting_at action is_strong entry_price tp_price sl_price lookahead_ms exit_price result_status confirmed_at gross_pct pnl_pct max_return_pct min_return_pct is_ambiguous has_gap',
  kline_reject: 'symbol interval source sha256 line reason raw',
  kline_gap: 'symbol interval from_time to_time missing',
};
/** Time column and grain of the facts (SPEC 2 to 6, 11). */
const TIME: Record<string, string> = {
  fact_kline: 'close_time',
  fact_indicator: 'timestamp',
  fact_metric_value: 'calculating_at',
  fact_prediction: 'predicting_at',
  fact_prediction_result: 'predicting_at',
};
const CODE: Record<string, string> = { fact_indicator: 'indicator', fact_metric_value: 'metric' };
const KEYS = ['strategy', 'version', 'symbol', 'interval', 'indicator', 'metric'];
type Row = Record<string, string | number | null>;

async function exported(warehouse: Warehouse, table: string, times: TimeRange = {}): Promise<Row[]> {
  const found: Row[] = [];
  for await (const batch of warehouse.exportTable(table, times)) found.push(...rowsOf(batch));
  return found;
}

function rowsOf(batch: RecordBatch): Row[] {
  const names = batch.schema.fields.map(({ name }) => name);
  const vectors = names.map((_, i) => batch.getChildAt(i)!);
  return range(0, batch.numRows).map((row) =>
    Object.fromEntries(names.map((name, i) => [name, vectors[i]!.get(row)])),
  );
}

/** Two partitions of two strategies; the metrics of the sample in another order than that of their codes. */
async function fill(warehouse: Warehouse): Promise<void> {
  const id = await loadStrategy(warehouse);
  const other = await loadStrategy(warehouse, { ...STRATEGY, strategy: 'another' });
  await loadFacts(warehouse, id, range(0, 30));
  await loadFacts(warehouse, other, range(3, 21), ETH);
}

export function readingCases(make: MakeWarehouse): void {
  describe('export', () => {
    it('has the columns of SPEC 11 and the rows of the views, in grain order', async () => {
      const warehouse = await make();
      await fill(warehouse);
      const views: Record<string, string> = {
        fact_kline: 'v_kline',
        fact_prediction_result: 'v_prediction_result',
      };
      for (const table of FACT_TABLES) {
        const columns = SPEC_COLUMNS[table]!.split(' ');
        const found = await exported(warehouse, table);
        expect(found.length).toBeGreaterThan(20);
        expect(Object.keys(found[0]!)).toEqual(columns);
        const order = [...KEYS, TIME[table]!].filter((name) => columns.includes(name));
        const view = await warehouse.query(
          `SELECT * FROM ${views[table] ?? table} ORDER BY ${order.map((name) => `"${name}"`).join(', ')}`,
        );
        // A backend may add readable forms of the times after them.
        expect(view.columns.slice(0, columns.length)).toEqual(columns);
        expect(found.map((row) => Object.values(row))).toEqual(
          view.rows.map((row) => row.slice(0, columns.length)),
        );
      }
    });

    it('makes the texts and derived numbers of a prediction', async () => {
      const warehouse = await make();
      await fill(warehouse);
      const found = await exported(warehouse, 'fact_prediction', { from: closeTime(2), to: closeTime(4) });
      // Bars 2 and 3 of the sample by hand: known 0b0011 and 0b1001, fired 0b0010 and 0b1000, reasons 103 and 1,
      // buy 2.2 and 0, sell 1.4 and 2.1. The ETH strategy begins at bar 3. Position 2 is inactive.
      const wanted = (row: Row) => [
        row.strategy,
        row.action,
        row.is_tradable,
        row.no_trade_reason,
        row.metrics_fired,
        row.metrics_unknown,
      ];
      expect(found.map(wanted)).toEqual([
        ['another', 'SELL', 0, 'INCOMPLETE', 'F_RSI', 'A_MACD'],
        ["it's a test", 'BUY', 0, 'FILTER:F_RSI', 'A_MACD', 'F_RSI'],
        ["it's a test", 'SELL', 0, 'INCOMPLETE', 'F_RSI', 'A_MACD'],
      ]);
      const bar2 = found[1]!;
      expect([bar2.market_score, bar2.max_score, bar2.confidence_score]).toEqual([
        Math.abs(2 * 1.1 - 2 * 0.7),
        1.3,
        Math.max(2 * 1.1, 2 * 0.7) / 1.3,
      ]);
      const tradable = await exported(warehouse, 'fact_prediction', { to: closeTime(1) });
      expect([tradable[0]!.is_tradable, tradable[0]!.no_trade_reason]).toEqual([1, null]);
    });

    it('filters by time, half-open, and leaves unknowns null', async () => {
      const warehouse = await make();
      await fill(warehouse);
      const times = { from: closeTime(5), to: closeTime(8) };
      for (const table of FACT_TABLES) {
        const column = TIME[table]!;
        const all = await exported(warehouse, table);
        const inside = all.filter(
          (row) => Number(row[column]) >= times.from && Number(row[column]) < times.to,
        );
        expect(inside.length).toBeGreaterThan(0);
        expect(await exported(warehouse, table, times)).toEqual(inside);
      }
      const bars = await exported(warehouse, 'fact_kline', { from: closeTime(5), to: closeTime(6) });
      expect(bars.map((row) => [row.symbol, row.quote_volume, row.taker_buy_base, row.trade_count])).toEqual([
        ['BTCUSDT', null, null, 8],
        ['ETHUSDT', null, null, 8],
      ]);
    });

    it('gives dimensions, gaps and rejects with codes', async () => {
      const warehouse = await make();
      await fill(warehouse);
      const session = await warehouse.begin();
      await session.appendKlines(BTC, klines([33]));
      await session.refreshGaps(BTC);
      const reject = { source: 'a', sha256: 'b', line: 7, reason: 'RANGE', raw: 'c' };
      await session.appendRejects([{ ...BTC, ...reject }]);
      await session.commit();
      expect(await exported(warehouse, 'kline_gap')).toEqual([
        { ...BTC, from_time: openTime(30), to_time: openTime(33), missing: 3 },
      ]);
      expect(await exported(warehouse, 'kline_reject')).toEqual([{ ...BTC, ...reject }]);
      for (const table of ['kline_gap', 'kline_reject'])
        expect(Object.keys((await exported(warehouse, table))[0]!)).toEqual(SPEC_COLUMNS[table]!.split(' '));
      expect((await exported(warehouse, 'dim_symbol')).map((row) => row.symbol)).toEqual([
        'BTCUSDT',
        'ETHUSDT',
      ]);
      expect((await exported(warehouse, 'dim_interval')).map((row) => row.duration_ms)).toEqual(
        CATALOG.intervals.map(({ durationMs }) => durationMs),
      );
      const metrics = await exported(warehouse, 'dim_metric');
      expect(metrics.map(({ strategy, metric_code }) => [strategy, metric_code])).toEqual(
        ['another', "it's a test"].flatMap((name) => STRATEGY.metrics.map(({ code }) => [name, code])),
      );
      expect(await exported(warehouse, 'dim_strategy')).toHaveLength(2);
      expect((await exported(warehouse, 'dim_indicator_type')).map((row) => row.indicator)).toEqual(
        CATALOG.codes.map(({ code }) => code),
      );
      await expect(exported(warehouse, 'run')).rejects.toThrow("table 'run' is not one of fact_kline");
      await expect(exported(warehouse, 'kline_gap', { from: 1 })).rejects.toThrow('no time column');
    });
  });

  describe('masks', () => {
    it('reach the metric at position 61, in views, exports and checksums', async () => {
      const warehouse = await make();
      const metrics = range(0, 62).map((i) => ({ ...STRATEGY.metrics[0]!, code: `M${i}` }));
      const id = await loadStrategy(warehouse, { ...STRATEGY, metrics });
      const known = [1n << 61n, (1n << 62n) - 1n, (1n << 33n) | (1n << 32n)];
      const fired = [1n << 61n, (1n << 61n) | 1n, 1n << 33n];
      const session = await warehouse.begin();
      const columns = { predicting_at: [0, 1, 2].map(closeTime), known_mask: known, fired_mask: fired };
      await session.appendPredictions(id, BTC, batchOf(PREDICTION_COLUMNS, 3, columns));
      await session.commit();
      const rows = await exported(warehouse, 'fact_metric_value');
      const of = (code: string) =>
        rows.filter((row) => row.metric === code).map((row) => [row.calculating_at, row.metric_value]);
      expect(of('M61')).toEqual([
        [closeTime(0), 1],
        [closeTime(1), 1],
      ]);
      expect(of('M33')).toEqual([
        [closeTime(1), 0],
        [closeTime(2), 1],
      ]);
      expect(of('M0')).toEqual([[closeTime(1), 1]]);
      expect(rows).toHaveLength(1 + 62 + 2);
      const view = await warehouse.query(
        'SELECT metric, calculating_at, metric_value FROM fact_metric_value ORDER BY metric, calculating_at',
      );
      expect(rows.map((row) => [row.metric, row.calculating_at, row.metric_value])).toEqual(view.rows);
      const [bar0] = await exported(warehouse, 'fact_prediction');
      expect(bar0!.metrics_fired).toBe('M61');
      expect(bar0!.metrics_unknown).toBe(
        range(0, 61)
          .map((i) => `M${i}`)
          .join(';'),
      );
      const sums: string[] = [];
      for await (const { checksum } of warehouse.checksums({})) sums.push(checksum);
      expect(sums[0]).toBe(naiveChecksum('fact_metric_value', rows));
    });
  });

  describe('checksums', () => {
    it('are those of SPEC 9 computed from the exports, naively', async () => {
      const warehouse = await make();
      await fill(warehouse);
      const expected: PartitionChecksum[] = [];
      for (const table of FACT_TABLES) {
        const partitions = new Map<string, Row[]>();
        for (const row of await exported(warehouse, table)) {
          const key = JSON.stringify([row.strategy ?? null, row.version ?? null, row.symbol, row.interval]);
          partitions.set(key, [...(partitions.get(key) ?? []), row]);
        }
        for (const [key, rows] of partitions) {
          const [strategy, version, symbol, interval] = JSON.parse(key);
          const sum = naiveChecksum(table, rows);
          expected.push({ table, strategy, version, symbol, interval, rows: rows.length, checksum: sum });
        }
      }
      const found: PartitionChecksum[] = [];
      for await (const one of warehouse.checksums({})) found.push(one);
      expect(found).toEqual(expected);
      expect(found).toHaveLength(10);
    });

    it('can be limited to a symbol, an interval, a strategy', async () => {
      const warehouse = await make();
      await fill(warehouse);
      const names = async (filter: Parameters<Warehouse['checksums']>[0]) => {
        const found: string[] = [];
        for await (const { table, symbol } of warehouse.checksums(filter)) found.push(`${table} ${symbol}`);
        return found;
      };
      expect(await names({ symbol: 'ETHUSDT' })).toEqual(FACT_TABLES.map((table) => `${table} ETHUSDT`));
      expect(await names({ interval: '2h' })).toEqual([]);
      expect(await names({ strategy: 'another' })).toEqual(
        FACT_TABLES.slice(2).map((table) => `${table} ETHUSDT`),
      );
    });

    it('change with one bit and not with the order of loading', async () => {
      const sumOf = async (...parts: number[][]) => {
        const warehouse = await make();
        for (const bars of parts) {
          const session = await warehouse.begin();
          await session.appendKlines(BTC, klines(bars));
          await session.commit();
        }
        for await (const { checksum } of warehouse.checksums({})) return checksum;
      };
      const whole = await sumOf(range(0, 50));
      expect(await sumOf(range(30, 50), range(0, 10), range(10, 30))).toBe(whole);
      expect(await sumOf(range(0, 49))).not.toBe(whole);
    });
  });

  describe('query', () => {
    it('gives numbers as numbers and NULL as null', async () => {
      const warehouse = await make();
      await fill(warehouse);
      const { columns, rows } = await warehouse.query(
        "SELECT count(*) AS n, NULL AS nothing, 0.5 AS half, 'a' AS letter, max(close_time) AS latest, sum(1) AS total FROM fact_kline",
      );
      expect(columns).toEqual(['n', 'nothing', 'half', 'letter', 'latest', 'total']);
      expect(rows).toEqual([[48, null, 0.5, 'a', closeTime(29), 48]]);
    });

    it('takes one reading statement only', async () => {
      const warehouse = await make();
      await expect(warehouse.query('DELETE FROM fact_kline')).rejects.toThrow(
        'SELECT or EXPLAIN, not DELETE',
      );
      await expect(warehouse.query('SELECT 1; DROP TABLE run')).rejects.toThrow('one statement, not 2');
      await expect(warehouse.query('CREATE TABLE x (a INTEGER)')).rejects.toThrow('not CREATE');
      // It would run what it explains.
      await expect(warehouse.query('EXPLAIN ANALYZE DELETE FROM fact_kline')).rejects.toThrow('read-only');
      await expect(warehouse.query('SELECT * FROM nowhere')).rejects.toThrow('nowhere');
      await expect(collect(warehouse.exportTable('', {}))).rejects.toThrow("table ''");
    });
  });
}

/** SPEC 9 word for word, over rows as they were exported. */
function naiveChecksum(table: string, rows: readonly Row[]): string {
  const byCode = new Map<string, Row[]>();
  for (const row of rows) {
    const code = (row[CODE[table] ?? ''] as string | undefined) ?? '';
    byCode.set(code, [...(byCode.get(code) ?? []), row]);
  }
  const time = TIME[table]!;
  const columns = [
    time,
    ...SPEC_COLUMNS[table]!.split(' ').filter((name) => name !== time && !KEYS.includes(name)),
  ];
  const texts = new Set(['action', 'no_trade_reason', 'metrics_fired', 'metrics_unknown', 'result_status']);
  const lines = [...byCode].sort().map(([code, series]) => {
    const hash = createHash('sha256');
    for (const column of columns)
      for (const row of series.toSorted((a, b) => (a[time] as number) - (b[time] as number))) {
        const cell = row[column]!;
        if (texts.has(column)) hash.update(`${cell ?? ''}\0`);
        else {
          const bytes = Buffer.alloc(8);
          if (cell === null) bytes.writeBigUInt64LE(0x7ff8000000000000n);
          else bytes.writeDoubleLE(cell as number);
          hash.update(bytes);
        }
      }
    return `${code} ${hash.digest('hex')}\n`;
  });
  return createHash('sha256').update(lines.join('')).digest('hex');
}
