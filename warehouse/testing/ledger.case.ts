import { describe, expect, it } from 'vitest';
import { PARTITION_TABLES } from '../schema/tables.js';
import type { MakeWarehouse } from '../warehouse.case.js';
import type { Head, KlineReject, KnownChange, LineageBlock, ResampleHead, TaskRecord } from '../warehouse.js';
import { BTC, closeTime, derivations, ETH, klines, loadFacts, loadStrategy, STRATEGY } from './samples.js';

const block = (rows: number, state: Float64Array | null): LineageBlock => ({
  rows,
  closeTime: closeTime(rows - 1),
  klineHash: String(rows % 10).repeat(64),
  state,
});

export function ledgerCases(make: MakeWarehouse): void {
  describe('ledger', () => {
    it('has one resample head a partition and source', async () => {
      const warehouse = await make();
      expect(await warehouse.resampleHeads()).toEqual([]);
      const head: ResampleHead = { ...BTC, source: '5m', seq: 3, partialSeq: 2, version: 1, runId: 9 };
      const other = { ...head, source: '1m' };
      const session = await warehouse.begin();
      for (const item of [{ ...head, seq: 1 }, other, head]) await session.setResampleHead(item);
      await session.commit();
      expect(await warehouse.resampleHeads()).toEqual([other, head]);
    });

    it('keeps runs and their tasks', async () => {
      const warehouse = await make();
      const first = await warehouse.startRun('load', 'a.csv', 10);
      const second = await warehouse.startRun('recompute', 'all', 20);
      expect(second).toBeGreaterThan(first);
      await warehouse.finishRun(first, 'FAILED', "it's broken", 30);
      expect(await warehouse.runs(5)).toEqual([
        {
          runId: second,
          kind: 'recompute',
          startedAt: 20,
          finishedAt: null,
          status: 'RUNNING',
          detail: 'all',
        },
        {
          runId: first,
          kind: 'load',
          startedAt: 10,
          finishedAt: 30,
          status: 'FAILED',
          detail: "it's broken",
        },
      ]);
      expect(await warehouse.runs(1)).toHaveLength(1);
      await expect(warehouse.finishRun(99, 'DONE', '', 1)).rejects.toThrow('no run 99');

      const task = (over: Partial<TaskRecord>): TaskRecord => ({
        ...BTC,
        runId: second,
        stage: 'indicators',
        strategyId: null,
        fromTime: closeTime(0),
        toTime: closeTime(9),
        bars: 10,
        rowsWritten: 40,
        codes: ['EMA9', 'OBV'],
        versions: { EMA9: '1', OBV: '2' },
        reason: 'new bars',
        klineHash: 'f'.repeat(64),
        elapsedMs: 1.5,
        ...over,
      });
      const load = task({ ...ETH, stage: 'load', strategyId: 3, codes: [], versions: {}, klineHash: null });
      const session = await warehouse.begin();
      await session.recordTask(task({}));
      await session.recordTask(load);
      expect(await warehouse.tasks(second)).toEqual([]);
      await session.commit();
      expect(await warehouse.tasks(second)).toEqual([task({}), load]);
      expect(await warehouse.tasks(first)).toEqual([]);
    });

    it('keeps one head a stage', async () => {
      const warehouse = await make();
      const head = (over: Partial<Head>): Head => ({
        ...BTC,
        strategyId: null,
        seq: 4,
        finerSeq: 3,
        rows: 10,
        lastCloseTime: closeTime(9),
        versions: { EMA9: '1' },
        runId: 2,
        ...over,
      });
      const session = await warehouse.begin();
      await session.setHead(head({}));
      await session.setHead(head({ strategyId: 1 }));
      await session.setHead(head({ ...ETH }));
      await session.setHead(head({ seq: 5, rows: 11, versions: {} }));
      await session.setHead(head({ strategyId: 1, seq: 6 }));
      await session.commit();
      expect(await warehouse.heads()).toEqual([
        head({ seq: 5, rows: 11, versions: {} }),
        head({ strategyId: 1, seq: 6 }),
        head({ ...ETH }),
      ]);
    });

    it('numbers changes so that a reader who goes on from the last one misses none', async () => {
      const warehouse = await make();
      const change = { runId: 1, fromTime: closeTime(0), toTime: closeTime(4), added: 5, revised: 0 };
      const one = await warehouse.begin();
      const two = await warehouse.begin();
      const first = await one.recordKlineChange({ ...BTC, ...change });
      const second = await two.recordKlineChange({ ...ETH, ...change, revised: 2 });
      expect(second).toBeGreaterThan(first);
      await two.commit();
      // The first one may still come: the second must not be seen before it.
      expect(await warehouse.klineChanges(0)).toEqual([]);
      await one.commit();
      const both = [
        { ...BTC, ...change, seq: first },
        { ...ETH, ...change, seq: second, revised: 2 },
      ];
      expect(await warehouse.klineChanges(0)).toEqual(both);
      expect(await warehouse.klineChanges(first)).toEqual(both.slice(1));
      const gone = await warehouse.begin();
      await gone.recordKlineChange({ ...BTC, ...change });
      await gone.rollback();
      expect(await warehouse.klineChanges(0)).toEqual(both);
      const last = await warehouse.begin();
      expect(await last.recordKlineChange({ ...BTC, ...change })).toBeGreaterThan(second);
      await last.commit();
      expect(await warehouse.klineChanges(second)).toHaveLength(1);
    });

    it('says which partitions have changed since a change that is known', async () => {
      const warehouse = await make();
      const change = { runId: 1, fromTime: closeTime(0), toTime: closeTime(4), added: 5, revised: 0 };
      const seqs: number[] = [];
      for (const key of [BTC, { ...BTC, interval: '2h' }, BTC]) {
        const session = await warehouse.begin();
        seqs.push(await session.recordKlineChange({ ...key, ...change }));
        await session.commit();
      }
      const [first = 0, other = 0, last = 0] = seqs;
      const session = await warehouse.begin();
      const moved = (...known: readonly KnownChange[]) => session.movedSince(known);
      expect(await moved()).toEqual([]);
      const unknown = { ...BTC, seq: 0 };
      const known = { ...BTC, interval: '2h', seq: other };
      expect(await moved(known, unknown, { ...ETH, seq: 0 })).toEqual([unknown]);
      expect(await moved({ ...BTC, seq: first })).toEqual([{ ...BTC, seq: first }]);
      expect(await moved(known, { ...BTC, seq: last })).toEqual([]);
      // Its own changes count too.
      const own = await session.recordKlineChange({ ...ETH, ...change });
      expect(await moved({ ...ETH, seq: 0 })).toEqual([{ ...ETH, seq: 0 }]);
      expect(await moved({ ...ETH, seq: own })).toEqual([]);
      await session.rollback();

      const next = await warehouse.begin();
      expect(await next.movedSince([{ ...ETH, seq: 0 }])).toEqual([]);
      // Rows of another warehouse are changes too.
      const { rows } = await warehouse.query(
        `SELECT symbol_id, interval_id FROM kline_change WHERE seq = ${last}`,
      );
      const [symbol_id, interval_id] = rows[0] as [number, number];
      const copied = { seq: last + 100, run_id: 1, symbol_id, interval_id, from_time: 1, to_time: 2 };
      await next.appendRows('kline_change', [{ ...copied, added: 1, revised: 0 }]);
      await next.commit();
      const after = await warehouse.begin();
      expect(await after.movedSince([{ ...BTC, seq: last }, known])).toEqual([{ ...BTC, seq: last }]);
      expect(await after.movedSince([{ ...BTC, seq: last + 100 }])).toEqual([]);
      await after.rollback();
    });

    it('keeps lineage blocks and the states to resume from', async () => {
      const warehouse = await make();
      const state = Float64Array.of(-0, 5e-324, Number.NaN, 1e308);
      const session = await warehouse.begin();
      await session.replaceLineage(BTC, 0, [block(4, state), block(8, Float64Array.of(8)), block(10, null)]);
      await session.replaceLineage(ETH, 0, [block(2, null)]);
      await session.commit();
      const listed = [4, 8, 10].map((rows) => block(rows, null));
      expect(await warehouse.lineage(BTC)).toEqual(listed);
      expect(await warehouse.checkpoint(BTC, closeTime(3))).toBeNull();
      expect(await warehouse.checkpoint(BTC, closeTime(3) + 1)).toEqual(block(4, state));
      expect(await warehouse.checkpoint(BTC, Number.POSITIVE_INFINITY)).toEqual(block(8, Float64Array.of(8)));
      expect(await warehouse.checkpoint(ETH, closeTime(50))).toBeNull();

      const next = await warehouse.begin();
      await next.replaceLineage(BTC, closeTime(7), [block(9, Float64Array.of(9)), block(12, null)]);
      await next.commit();
      expect(await warehouse.lineage(BTC)).toEqual([4, 9, 12].map((rows) => block(rows, null)));
      expect(await warehouse.lineage(ETH)).toHaveLength(1);
    });

    it('keeps checkpoints of open trades', async () => {
      const warehouse = await make();
      const id = await loadStrategy(warehouse);
      const point = (bar: number, ...state: number[]) => ({
        closeTime: closeTime(bar),
        state: Float64Array.from(state),
      });
      const session = await warehouse.begin();
      await session.replaceTradeCheckpoints(id, BTC, 0, [point(3, 1, 2), point(7), point(9, -0)]);
      await session.replaceTradeCheckpoints(id, ETH, 0, [point(7, 5)]);
      await session.replaceTradeCheckpoints(id, BTC, closeTime(8), [point(11, 4)]);
      await session.commit();
      expect(await warehouse.tradeCheckpoint(id, BTC, closeTime(3))).toEqual(point(3, 1, 2));
      expect(await warehouse.tradeCheckpoint(id, BTC, closeTime(7))).toEqual(point(7));
      expect(await warehouse.tradeCheckpoint(id, BTC, closeTime(9))).toBeNull();
      expect(await warehouse.tradeCheckpoint(id, BTC, closeTime(11))).toEqual(point(11, 4));
      expect(await warehouse.tradeCheckpoint(id, ETH, closeTime(7))).toEqual(point(7, 5));
      expect(await warehouse.tradeCheckpoint(id + 1, BTC, closeTime(7))).toBeNull();
    });

    it('forgets a partition everywhere but in the log of changes and runs', async () => {
      const warehouse = await make();
      const id = await loadStrategy(warehouse);
      for (const key of [BTC, ETH]) {
        await loadFacts(warehouse, id, [0, 1, 2, 5], key);
        const session = await warehouse.begin();
        const reject: KlineReject = {
          ...key,
          source: 'f',
          sha256: key.symbol,
          line: 1,
          reason: 'GRID',
          raw: '',
        };
        await session.appendRejects([reject]);
        await session.reviseKlines(key, klines([1], 4), 1);
        await session.putDerivedKlines(key, klines([9]), derivations([9]));
        await session.setResampleHead({ ...key, source: '5m', seq: 1, partialSeq: 0, version: 1, runId: 1 });
        await session.refreshGaps(key);
        await session.replaceLineage(key, 0, [block(4, null)]);
        await session.replaceTradeCheckpoints(id, key, 0, [{ closeTime: 1, state: new Float64Array(1) }]);
        await session.setHead({
          ...key,
          strategyId: id,
          seq: 1,
          finerSeq: 1,
          rows: 4,
          lastCloseTime: 1,
          versions: {},
          runId: 1,
        });
        await session.recordKlineChange({ ...key, runId: 1, fromTime: 0, toTime: 1, added: 4, revised: 0 });
        await session.setOutboxPositions([{ ...key, strategyId: id, publishedTo: 1, revision: 1 }]);
        await session.commit();
      }
      const counts = async () => {
        const found: Record<string, number> = {};
        for (const table of PARTITION_TABLES)
          found[table] = (await warehouse.query(`SELECT count(*) FROM ${table}`)).rows[0]![0] as number;
        return found;
      };
      const before = await counts();
      expect(Object.values(before).every((count) => count >= 2)).toBe(true);
      const session = await warehouse.begin();
      await session.forget(BTC);
      await session.commit();
      const halves = Object.entries(before).map(([table, count]) => [table, count / 2]);
      expect(await counts()).toEqual(Object.fromEntries(halves));
      expect((await warehouse.partitions()).map(({ symbol }) => symbol)).toEqual(['ETHUSDT']);
      expect(await warehouse.klineChanges(0)).toHaveLength(2);
    });
  });

  describe('strategies', () => {
    it('come back exactly, a new version only for new content', async () => {
      const warehouse = await make();
      expect(await warehouse.importStrategy(STRATEGY, 'h1', 100)).toEqual({ version: 1, created: true });
      expect(await warehouse.importStrategy(STRATEGY, 'h1', 200)).toEqual({ version: 1, created: false });
      const changed = {
        ...STRATEGY,
        scoring: { ...STRATEGY.scoring, max_score: 5 },
        intervals: ['1h', '2h'],
      };
      expect(await warehouse.importStrategy(changed, 'h2', 300)).toEqual({ version: 2, created: true });
      // Back to the first content: that is a change too.
      expect(await warehouse.importStrategy(STRATEGY, 'h1', 400)).toEqual({ version: 3, created: true });
      const records = await warehouse.strategies();
      expect(records.map(({ document }) => document)).toEqual([STRATEGY, changed, STRATEGY]);
      expect(records.map(({ strategyId: _, document: __, ...rest }) => rest)).toEqual([
        { version: 1, contentHash: 'h1', isEnabled: true, isNewest: false, importedAt: 100 },
        { version: 2, contentHash: 'h2', isEnabled: true, isNewest: false, importedAt: 300 },
        { version: 3, contentHash: 'h1', isEnabled: true, isNewest: true, importedAt: 400 },
      ]);
      // 1.3 of the active BUY metric, 0.1 of SELL; neither the inactive 9 nor the FILTER's 2.
      const { rows } = await warehouse.query('SELECT max_score_resolved FROM dim_strategy ORDER BY version');
      expect(rows).toEqual([[1.3], [5], [1.3]]);
    });

    it('are enabled and disabled by name, all versions and later ones', async () => {
      const warehouse = await make();
      await warehouse.importStrategy(STRATEGY, 'h1', 1);
      await warehouse.importStrategy({ ...STRATEGY, strategy: 'b' }, 'h1', 1);
      await warehouse.setStrategyEnabled(STRATEGY.strategy, false);
      await warehouse.importStrategy({ ...STRATEGY, description: 'x' }, 'h2', 1);
      const enabled = async () => (await warehouse.strategies()).map(({ isEnabled }) => isEnabled);
      expect(await enabled()).toEqual([true, false, false]);
      await warehouse.setStrategyEnabled(STRATEGY.strategy, true);
      expect(await enabled()).toEqual([true, true, true]);
      await expect(warehouse.setStrategyEnabled('c', true)).rejects.toThrow(
        "strategy 'c' is not one of b, it's a test",
      );
    });
  });
}
