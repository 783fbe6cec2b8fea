import { describe, expect, it } from 'vitest';
import type { MakeWarehouse } from '../warehouse.case.js';
import type { BarAppend, Head, OutboxPosition, PartitionKey } from '../warehouse.js';
import {
  BTC,
  closeTime,
  ETH,
  indicators,
  klines,
  loadStrategy,
  openTime,
  predictions,
  results,
} from './samples.js';

const part = (key: PartitionKey, strategyId: number, bars: readonly number[]): BarAppend => ({
  ...key,
  klines: klines(bars),
  indicators: indicators(bars),
  strategies: [{ strategyId, predictions: predictions(bars), results: results(bars.slice(1)) }],
  gaps: [],
});

export function streamCases(make: MakeWarehouse): void {
  describe('streaming', () => {
    it('moves offsets only from where they are', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      expect(await session.moveOffsets('t', [{ partition: 0, expected: null, next: 5 }])).toBe(true);
      expect(await session.moveOffsets('t', [{ partition: 0, expected: null, next: 9 }])).toBe(false);
      expect(await session.moveOffsets('t', [{ partition: 1, expected: 4, next: 9 }])).toBe(false);
      expect(await session.moveOffsets('t', [{ partition: 0, expected: 5, next: 7 }])).toBe(true);
      expect(await session.moveOffsets('t', [{ partition: 3, expected: null, next: 2 ** 52 }])).toBe(true);
      expect(await session.moveOffsets("it's", [{ partition: 3, expected: null, next: 1 }])).toBe(true);
      const both = [
        { partition: 0, expected: 7, next: 8 },
        { partition: 9, expected: null, next: 2 },
      ];
      expect(await session.moveOffsets('u', [both[1]!])).toBe(true);
      await session.commit();
      const fenced = await warehouse.begin();
      expect(await fenced.moveOffsets('u', both)).toBe(false);
      await fenced.rollback();
      expect(await warehouse.streamOffsets('t')).toEqual([
        { partition: 0, nextOffset: 7 },
        { partition: 3, nextOffset: 2 ** 52 },
      ]);
      expect(await warehouse.streamOffsets('u')).toEqual([{ partition: 9, nextOffset: 2 }]);
      expect(await warehouse.streamOffsets('w')).toEqual([]);
      const gone = await warehouse.begin();
      expect(await gone.moveOffsets('t', [{ partition: 0, expected: 7, next: 8 }])).toBe(true);
      await gone.rollback();
      expect((await warehouse.streamOffsets('t'))[0]).toEqual({ partition: 0, nextOffset: 7 });
    });

    it('keeps one outbox position a strategy and partition, known ones and new ones together', async () => {
      const warehouse = await make();
      const strategyId = await loadStrategy(warehouse);
      const at = (key: PartitionKey, publishedTo: number, revision: number): OutboxPosition => ({
        ...key,
        strategyId,
        publishedTo,
        revision,
      });
      const first = await warehouse.begin();
      await first.setOutboxPositions([at(BTC, 0, 1)]);
      await first.setOutboxPositions([]);
      await first.commit();
      const second = await warehouse.begin();
      await second.setOutboxPositions([at(ETH, closeTime(2), 1), at(BTC, closeTime(1), 2)]);
      await second.commit();
      expect(await warehouse.outboxPositions()).toEqual([at(BTC, closeTime(1), 2), at(ETH, closeTime(2), 1)]);
      // What a consumer still knows that has lost BTC, before another one set it back.
      const late = await warehouse.begin();
      await late.setOutboxPositions([at(BTC, closeTime(4), 1), at(ETH, closeTime(3), 1)]);
      await late.commit();
      expect(await warehouse.outboxPositions()).toEqual([at(BTC, closeTime(1), 2), at(ETH, closeTime(3), 1)]);
    });

    it('appends bars of several partitions as the single appends do', async () => {
      const warehouse = await make();
      const other = await make();
      const bars = [0, 1, 2, 5];
      const id = await loadStrategy(warehouse);
      const session = await warehouse.begin();
      const gap = { fromTime: openTime(3), toTime: openTime(5), missing: 2 };
      await session.appendBars([{ ...part(BTC, id, bars), gaps: [gap] }, part(ETH, id, [7])]);
      await session.appendBars([]);
      await session.commit();

      const otherId = await loadStrategy(other);
      const single = await other.begin();
      for (const { strategies, ...key } of [part(BTC, otherId, bars), part(ETH, otherId, [7])]) {
        await single.appendKlines(key, key.klines);
        await single.appendIndicators(key, key.indicators);
        await single.appendPredictions(otherId, key, strategies[0]!.predictions);
        await single.appendResults(otherId, key, strategies[0]!.results);
      }
      await single.refreshGaps(BTC);
      await single.commit();
      for (const from of [
        'fact_kline',
        'fact_indicator',
        'fact_prediction',
        'fact_prediction_result',
        'kline_gap',
      ]) {
        const sorted = async (store: typeof warehouse) =>
          (await store.query(`SELECT * FROM ${from}`)).rows.map((row) => JSON.stringify(row)).sort();
        expect([from, await sorted(warehouse)]).toEqual([from, await sorted(other)]);
      }
    });

    it('moves the rows of a partition that has grown', async () => {
      const warehouse = await make();
      const strategyId = await loadStrategy(warehouse);
      const head = (key: PartitionKey, id: number | null, seq: number, rows: number): Head => ({
        ...key,
        strategyId: id,
        seq,
        finerSeq: 1,
        rows,
        lastCloseTime: closeTime(rows - 1),
        versions: { EMA9: '1' },
        runId: 1,
      });
      const hash = (letter: string): string => letter.repeat(64);
      const state = Float64Array.of(1);
      const first = await warehouse.begin();
      const changes: number[] = [];
      for (const key of [BTC, ETH]) {
        const change = {
          ...key,
          runId: 1,
          fromTime: closeTime(3),
          toTime: closeTime(4),
          added: 2,
          revised: 0,
        };
        const seq = await first.recordKlineChange(change);
        changes.push(seq);
        await first.replaceLineage(key, 0, [
          { rows: 4, closeTime: closeTime(3), klineHash: hash('a'), state },
          { rows: 5, closeTime: closeTime(4), klineHash: hash('b'), state: null },
        ]);
        for (const id of [null, strategyId]) await first.setHead(head(key, id, seq, 5));
        // A strategy that is not computed any more.
        await first.setHead(head(key, strategyId + 1, seq, 4));
      }
      await first.commit();

      const second = await warehouse.begin();
      const block = { rows: 7, closeTime: closeTime(6), klineHash: hash('c') };
      const step = { added: 2, block, heads: 2 };
      const numbers = await second.advance([
        { ...BTC, ...step, change: changes[0]! },
        { ...ETH, ...step, change: changes[1]! },
      ]);
      await second.advance([]);
      await second.commit();
      expect(Math.min(...numbers)).toBeGreaterThan(Math.max(...changes));
      expect(await warehouse.klineChanges(0)).toEqual(
        [BTC, ETH].map((key, i) => ({
          ...key,
          seq: numbers[i],
          runId: 1,
          fromTime: closeTime(3),
          toTime: closeTime(6),
          added: 4,
          revised: 0,
        })),
      );
      for (const key of [BTC, ETH])
        expect((await warehouse.lineage(key)).map(({ rows, klineHash }) => [rows, klineHash])).toEqual([
          [4, hash('a')],
          [7, hash('c')],
        ]);
      expect((await warehouse.checkpoint(BTC, closeTime(9)))?.rows).toBe(4);
      expect(await warehouse.heads()).toEqual([
        head(BTC, null, numbers[0]!, 7),
        head(BTC, strategyId, numbers[0]!, 7),
        head(BTC, strategyId + 1, changes[0]!, 4),
        head(ETH, null, numbers[1]!, 7),
        head(ETH, strategyId, numbers[1]!, 7),
        head(ETH, strategyId + 1, changes[1]!, 4),
      ]);
    });

    it('refuses to move what does not stand', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      const block = { rows: 1, closeTime: closeTime(0), klineHash: 'a'.repeat(64) };
      const step = { ...BTC, change: 77, added: 1, block, heads: 1 };
      await expect(session.advance([step])).rejects.toThrow(
        'kline_change lacks 1, lineage_block lacks 1, stage_head lacks 1',
      );
      await session.rollback();
    });
  });
}
