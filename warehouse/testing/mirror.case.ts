import { describe, expect, it } from 'vitest';
import type { MakeWarehouse } from '../warehouse.case.js';
import type { RowFilter, Snapshot, TableRow } from '../warehouse.js';
import {
  BTC,
  closeTime,
  collect,
  ETH,
  indicators,
  klines,
  loadBars,
  loadFacts,
  loadStrategy,
  plain,
  range,
} from './samples.js';

/** What a replica and a copy stand on: a moment held for reading, and rows as they are stored. */
export function mirrorCases(make: MakeWarehouse): void {
  describe('snapshot', () => {
    it('stays at its moment while others commit', async () => {
      const warehouse = await make();
      const strategyId = await loadStrategy(warehouse);
      await loadFacts(warehouse, strategyId, range(0, 20));
      const sums = await all(warehouse.checksums({}));
      const snapshot = await warehouse.snapshot();
      await loadFacts(warehouse, strategyId, range(20, 30));
      await loadBars(warehouse, ETH);
      const session = await warehouse.begin();
      await session.clearIndicators(BTC, closeTime(5));
      await session.clearPredictions(strategyId, BTC, closeTime(5), new Float64Array(0));
      await session.commit();

      expect((await collect(snapshot.scanKlines(BTC, {}))).close_time).toEqual(range(0, 20).map(closeTime));
      expect(await collect(snapshot.scanKlines(ETH, {}))).toEqual({});
      const codes = ['RSI14', 'OBV'];
      const { close_time, RSI14, OBV } = await plain(indicators(range(7, 20)));
      expect(await collect(snapshot.scanIndicators(BTC, codes, { from: closeTime(7) }))).toEqual({
        close_time,
        RSI14,
        OBV,
      });
      expect((await collect(snapshot.scanPredictions(strategyId, BTC, {}))).predicting_at).toHaveLength(20);
      expect((await collect(snapshot.scanResults(strategyId, BTC, {}))).predicting_at).toHaveLength(10);
      expect(await rowsOf(snapshot, 'dim_symbol', {}, ['symbol'])).toEqual([{ symbol: 'BTCUSDT' }]);
      expect(await all(snapshot.checksums({}))).toEqual(sums);
      expect(await all(warehouse.checksums({}))).not.toEqual(sums);
      await snapshot.close();
      await snapshot.close();
      await expect(rowsOf(snapshot, 'run', {})).rejects.toThrow('closed');
    });

    it('reads stored rows that meet every condition, in grain order', async () => {
      const warehouse = await make();
      const first = await warehouse.startRun('load', 'a', 10);
      const second = await warehouse.startRun('load', 'b', 20);
      await warehouse.finishRun(first, 'DONE', 'two\nlines', 30);
      const session = await warehouse.begin();
      for (const [bar, runId] of [first, second, second].entries())
        await session.recordKlineChange({
          ...BTC,
          runId,
          fromTime: closeTime(bar),
          toTime: closeTime(bar + 1),
          added: 2,
          revised: 0,
        });
      await session.commit();
      const snapshot = await warehouse.snapshot();
      const seqs = async (filter: RowFilter): Promise<unknown[]> =>
        (await rowsOf(snapshot, 'kline_change', filter, ['seq'])).map(({ seq }) => seq);
      const [a, b, c] = await seqs({});
      expect([a, b, c]).toEqual([a, b, c].toSorted());
      expect(await seqs({ run_id: second })).toEqual([b, c]);
      expect(await seqs({ run_id: [first, second], from_time: { to: closeTime(2) } })).toEqual([a, b]);
      expect(await seqs({ from_time: { from: closeTime(1), to: closeTime(2) } })).toEqual([b]);
      expect(await seqs({ run_id: [] })).toEqual([]);
      const run = { run_id: second, kind: 'load', started_at: 20, finished_at: null, status: 'RUNNING' };
      expect(await rowsOf(snapshot, 'run', { finished_at: null })).toEqual([{ ...run, detail: 'b' }]);
      await expect(rowsOf(snapshot, 'runs', {})).rejects.toThrow("table 'runs' is not one of dim_symbol,");
      await expect(rowsOf(snapshot, 'run', {}, ['id'])).rejects.toThrow(
        "column 'id' of run is not one of run_id,",
      );
      await expect(rowsOf(snapshot, 'run', { id: 1 })).rejects.toThrow("column 'id' of run is not one of");
      await snapshot.close();
    });
  });

  describe('mirrored rows', () => {
    it('come back as they were, blobs and unknowns included', async () => {
      const warehouse = await make();
      const key = { symbol_id: 7, interval_id: 3 };
      const block = { ...key, row_count: 1024, close_time: closeTime(1023), kline_hash: 'f'.repeat(64) };
      const state = new Uint8Array(new Float64Array([0.1, -0, Number.NaN, 5e-324]).buffer);
      const rows: Record<string, TableRow[]> = {
        lineage_block: [
          { ...block, state },
          { ...block, row_count: 1030, state: null },
        ],
        stage_head: [null, 4].map((strategy_id) => ({
          ...key,
          strategy_id,
          seq: 9,
          row_count: 1030,
          last_close_time: closeTime(1029),
          versions: '{"a":"1"}',
          run_id: 3,
          finer_seq: 8,
        })),
        kline_reject: [
          {
            ...key,
            source: "it's.csv",
            sha256: 'a',
            line: 3,
            reason: 'PARSE',
            raw: 'tab\t, "quote", \\ and ü',
          },
        ],
      };
      const session = await warehouse.begin();
      for (const [table, records] of Object.entries(rows)) await session.appendRows(table, records);
      await session.commit();
      const snapshot = await warehouse.snapshot();
      for (const [table, records] of Object.entries(rows))
        expect(await rowsOf(snapshot, table, {})).toEqual(records);
      await snapshot.close();
      const { state: _, ...lacking } = rows.lineage_block![0]!;
      const other = await warehouse.begin();
      await expect(other.appendRows('lineage_block', [lacking])).rejects.toThrow(
        'lineage_block.state was not given',
      );
      await expect(other.deleteRows('nothing', {})).rejects.toThrow("table 'nothing' is not one of");
      await other.rollback();
    });

    it('keep their ids, and those given out afterwards are higher', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      await session.appendRows('dim_symbol', [{ symbol_id: 7, symbol: 'BTCUSDT' }]);
      const run = { kind: 'load', started_at: 1, finished_at: null, status: 'RUNNING', detail: '' };
      await session.appendRows('run', [{ run_id: 40, ...run }]);
      await session.commit();
      await loadBars(warehouse);
      await loadBars(warehouse, ETH);
      const symbols = await warehouse.query(
        'SELECT DISTINCT s.symbol, k.symbol_id FROM fact_kline k JOIN dim_symbol s ON s.symbol_id = k.symbol_id ORDER BY 2',
      );
      expect(symbols.rows).toEqual([
        ['BTCUSDT', 7],
        ['ETHUSDT', 8],
      ]);
      expect(await warehouse.startRun('load', '', 2)).toBeGreaterThan(40);
    });

    it('are deleted and written again in one transaction, or not at all', async () => {
      const warehouse = await make();
      const runId = await warehouse.startRun('load', '', 1);
      const session = await warehouse.begin();
      expect(await session.deleteRows('run', { run_id: [runId, 99] })).toBe(1);
      const row = { run_id: runId, kind: 'load', started_at: 1, finished_at: 2, status: 'DONE', detail: 'x' };
      await session.appendRows('run', [row]);
      expect((await warehouse.runs(1))[0]!.status).toBe('RUNNING');
      await session.commit();
      expect((await warehouse.runs(9)).map(({ status }) => status)).toEqual(['DONE']);
      const other = await warehouse.begin();
      await other.deleteRows('run', {});
      await other.rollback();
      expect(await warehouse.runs(9)).toHaveLength(1);
    });

    it('of facts are deleted by partition and time', async () => {
      const warehouse = await make();
      await loadBars(warehouse);
      await loadBars(warehouse, ETH);
      const { rows } = await warehouse.query("SELECT symbol_id FROM dim_symbol WHERE symbol = 'BTCUSDT'");
      const session = await warehouse.begin();
      const filter = {
        symbol_id: rows[0]![0] as number,
        close_time: { from: closeTime(4), to: closeTime(9) },
      };
      expect(await session.deleteRows('fact_kline', filter)).toBe(5);
      await session.appendKlines(BTC, klines(range(4, 9), 2));
      await session.commit();
      expect(await collect(warehouse.scanKlines(BTC, {}))).toEqual(
        await plain(klines(range(0, 4)), klines(range(4, 9), 2), klines(range(9, 20))),
      );
      expect((await collect(warehouse.scanKlines(ETH, {}))).close_time).toHaveLength(20);
    });
  });
}

async function rowsOf(
  snapshot: Snapshot,
  table: string,
  filter: RowFilter,
  columns?: readonly string[],
): Promise<TableRow[]> {
  const rows = (await all(snapshot.readRows(table, filter, columns))).flat();
  // A driver may give a Buffer.
  const plainBytes = (cell: TableRow[string]) => (cell instanceof Uint8Array ? Uint8Array.from(cell) : cell);
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, plainBytes(cell)])),
  );
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
