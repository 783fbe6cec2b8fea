import { describe, expect, it } from 'vitest';
import { makeBatch, values } from '../columns.js';
import { PREDICTION_COLUMNS } from '../schema/batches.js';
import { GRAIN_QUERIES } from '../schema/tables.js';
import type { MakeWarehouse } from '../warehouse.case.js';
import type { Warehouse, WriteSession } from '../warehouse.js';
import {
  BTC,
  batchOf,
  CATALOG,
  closeTime,
  collect,
  ETH,
  indicators,
  klines,
  loadFacts,
  loadStrategy,
  plain,
  predictions,
  range,
  results,
  STRATEGY,
} from './samples.js';

const CODES = CATALOG.codes.map(({ code }) => code);

export function factCases(make: MakeWarehouse): void {
  describe('indicators', () => {
    it('come back for the codes that are named, in their order', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      await session.appendIndicators(BTC, indicators(range(0, 9)));
      await session.appendIndicators(ETH, indicators(range(0, 9), CODES, 2));
      await session.commit();
      expect(await collect(warehouse.scanIndicators(BTC, ['OBV', 'EMA9'], {}))).toEqual(
        await plain(indicators(range(0, 9), CODES)).then(({ close_time, OBV, EMA9 }) => ({
          close_time,
          OBV,
          EMA9,
        })),
      );
      const part = warehouse.scanIndicators(ETH, CODES, { from: closeTime(2), to: closeTime(4) });
      expect(await collect(part)).toEqual(await plain(indicators([2, 3], CODES, 2)));
      await expect(collect(warehouse.scanIndicators(BTC, ['RSI7'], {}))).rejects.toThrow(
        "code 'RSI7' is not one of EMA9, RSI14, MACD, OBV",
      );
    });

    it('are replaced from a time on, of one partition only', async () => {
      const warehouse = await make();
      const first = await warehouse.begin();
      await first.appendIndicators(BTC, indicators(range(0, 9)));
      await first.appendIndicators(ETH, indicators(range(0, 9)));
      await first.commit();
      for (let time = 0; time < 2; time++) {
        const session = await warehouse.begin();
        await session.clearIndicators(BTC, closeTime(5));
        await session.appendIndicators(BTC, indicators(range(5, 12), CODES, 3));
        await session.commit();
      }
      expect(await collect(warehouse.scanIndicators(BTC, CODES, {}))).toEqual(
        await plain(indicators(range(0, 5)), indicators(range(5, 12), CODES, 3)),
      );
      expect(await collect(warehouse.scanIndicators(ETH, CODES, {}))).toEqual(
        await plain(indicators(range(0, 9))),
      );
    });

    it('can be updated code by code, unknown values included', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      await session.appendIndicators(BTC, indicators(range(0, 9)));
      await session.appendIndicators(ETH, indicators(range(0, 9)));
      const fresh = indicators(range(3, 6), ['MACD', 'RSI14'], 8);
      await session.updateIndicators(BTC, ['MACD', 'RSI14'], fresh);
      await session.commit();
      const found = await collect(warehouse.scanIndicators(BTC, CODES, {}));
      const expected = await plain(indicators(range(0, 9)));
      for (const code of ['MACD', 'RSI14'])
        expected[code]!.splice(3, 3, ...(values(fresh, code) as Float64Array));
      expect(found).toEqual(expected);
      expect(await collect(warehouse.scanIndicators(ETH, CODES, {}))).toEqual(
        await plain(indicators(range(0, 9))),
      );
    });

    it('of a code that is new in the catalog get a column; the old rows are unknown there', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      await session.appendIndicators(BTC, indicators(range(0, 3)));
      await session.commit();
      const added = { ...CATALOG.codes[0]!, code: 'RSI7', number: 99 };
      const catalog = { ...CATALOG, codes: [added, ...CATALOG.codes] };
      expect((await warehouse.migrate(CATALOG)).applied).toEqual([]);
      expect((await warehouse.migrate(catalog)).applied).toEqual(['code RSI7']);
      expect((await collect(warehouse.scanIndicators(BTC, ['RSI7'], {}))).RSI7).toEqual(
        new Array(3).fill(Number.NaN),
      );
      const next = await warehouse.begin();
      const codes = catalog.codes.map(({ code }) => code);
      await next.appendIndicators(BTC, indicators(range(3, 6), codes, 4));
      await next.commit();
      const found = await collect(warehouse.scanIndicators(BTC, codes, { from: closeTime(3) }));
      expect(found).toEqual(await plain(indicators(range(3, 6), codes, 4)));
      const { rows } = await warehouse.query("SELECT count(*) FROM fact_indicator WHERE indicator = 'RSI7'");
      expect(rows).toEqual([[found.RSI7!.filter((value) => !Number.isNaN(value)).length]]);
      const clash = { ...CATALOG, codes: [{ ...added, code: 'RSI8' }] };
      await expect(warehouse.migrate(clash)).rejects.toThrow("indicator number 99 is 'RSI7' here and 'RSI8'");
    });
  });

  describe('predictions and results', () => {
    it('come back as they were, masks up to bit 61', async () => {
      const warehouse = await make();
      const id = await loadStrategy(warehouse);
      const masks = [1n << 61n, (1n << 62n) - 1n, 0n, (1n << 32n) | 1n];
      const odd = batchOf(PREDICTION_COLUMNS, 4, {
        predicting_at: range(0, 4).map(closeTime),
        known_mask: masks,
        fired_mask: masks.toReversed(),
        buy_score: [2.2250738585072014e-308, 5e-324, 1e308, 0.1],
        action: [1, 0, -1, 0],
        reason: [0, 161, 6, 100],
      });
      const session = await warehouse.begin();
      await session.appendPredictions(id, BTC, odd);
      await session.appendResults(id, BTC, results(range(0, 4)));
      await session.commit();
      expect(await collect(warehouse.scanPredictions(id, BTC, {}))).toEqual(await plain(odd));
      expect(await collect(warehouse.scanResults(id, BTC, {}))).toEqual(await plain(results(range(0, 4))));
      const part = { from: closeTime(1), to: closeTime(3) };
      expect((await collect(warehouse.scanPredictions(id, BTC, part))).known_mask).toEqual(masks.slice(1, 3));
      expect((await collect(warehouse.scanResults(id, BTC, part))).predicting_at).toEqual(
        [1, 2].map(closeTime),
      );
      expect(await collect(warehouse.scanPredictions(id + 1, BTC, {}))).toEqual({});
    });

    it('are replaced from a time on, with the results of open trades before it', async () => {
      const warehouse = await make();
      const id = await loadStrategy(warehouse);
      const other = await loadStrategy(warehouse, { ...STRATEGY, strategy: 'other' });
      const session = await warehouse.begin();
      for (const [strategy, key] of [
        [id, BTC],
        [id, ETH],
        [other, BTC],
      ] as const) {
        await session.appendPredictions(strategy, key, predictions(range(0, 10)));
        await session.appendResults(strategy, key, results(range(0, 10)));
      }
      await session.clearPredictions(id, BTC, closeTime(7), Float64Array.of(closeTime(2), closeTime(5)));
      await session.commit();
      const left = async (scan: ReturnType<Warehouse['scanResults']>) => (await collect(scan)).predicting_at;
      expect(await left(warehouse.scanPredictions(id, BTC, {}))).toEqual(range(0, 7).map(closeTime));
      expect(await left(warehouse.scanResults(id, BTC, {}))).toEqual([0, 1, 3, 4, 6].map(closeTime));
      const next = await warehouse.begin();
      await next.clearResults(id, BTC, Float64Array.of(closeTime(0), closeTime(9)));
      await next.clearResults(id, BTC, new Float64Array(0));
      await next.commit();
      expect(await left(warehouse.scanResults(id, BTC, {}))).toEqual([1, 3, 4, 6].map(closeTime));
      for (const [strategy, key] of [
        [id, ETH],
        [other, BTC],
      ] as const) {
        expect(await left(warehouse.scanPredictions(strategy, key, {}))).toHaveLength(10);
        expect(await left(warehouse.scanResults(strategy, key, {}))).toHaveLength(10);
      }
    });

    it('are undone as a whole, and two sessions on different partitions do not disturb each other', async () => {
      const warehouse = await make();
      const id = await loadStrategy(warehouse);
      await loadFacts(warehouse, id, range(0, 6));
      const before = await collect(warehouse.scanPredictions(id, BTC, {}));
      const one = await warehouse.begin();
      const two = await warehouse.begin();
      await one.clearPredictions(id, BTC, 0, new Float64Array(0));
      await two.appendKlines(ETH, klines(range(0, 5)));
      await one.appendPredictions(id, BTC, predictions(range(0, 9), 5));
      await two.appendPredictions(id, ETH, predictions(range(0, 5), 6));
      await one.clearIndicators(BTC, 0);
      await two.clearIndicators(ETH, 0);
      await two.commit();
      expect(await collect(warehouse.scanPredictions(id, BTC, {}))).toEqual(before);
      await one.rollback();
      expect(await collect(warehouse.scanPredictions(id, BTC, {}))).toEqual(before);
      expect((await collect(warehouse.scanIndicators(BTC, CODES, {}))).close_time).toHaveLength(6);
      expect(await collect(warehouse.scanPredictions(id, ETH, {}))).toEqual(
        await plain(predictions(range(0, 5), 6)),
      );
    });

    it('two sessions may bring the same new symbol', async () => {
      const warehouse = await make();
      const fine = { symbol: 'NEWUSDT', interval: '1m' };
      const coarse = { symbol: 'NEWUSDT', interval: '2h' };
      const one = await warehouse.begin();
      const two = await warehouse.begin();
      await one.appendKlines(fine, klines(range(0, 3), 1, 60_000));
      await two.appendKlines(coarse, klines(range(0, 2), 1, 7_200_000));
      await Promise.all([one.commit(), two.commit()]);
      expect((await warehouse.partitions()).map(({ interval, rows }) => [interval, rows])).toEqual([
        ['1m', 3],
        ['2h', 2],
      ]);
    });
  });

  describe('grain queries', () => {
    it('find nothing in a sound warehouse; a planted duplicate in a fact is refused, or they find it', async () => {
      const warehouse = await make();
      const id = await loadStrategy(warehouse);
      await loadFacts(warehouse, id, range(0, 8));
      for (const sql of Object.values(GRAIN_QUERIES)) expect((await warehouse.query(sql)).rows).toEqual([]);

      const plants: [table: string, bar: number, plant: (session: WriteSession) => Promise<void>][] = [
        ['fact_kline', 3, (session) => session.appendKlines(BTC, klines([3]))],
        ['bar_indicator', 4, (session) => session.appendIndicators(BTC, indicators([4]))],
        ['bar_prediction', 5, (session) => session.appendPredictions(id, BTC, predictions([5]))],
        ['fact_prediction_result', 6, (session) => session.appendResults(id, BTC, results([6]))],
      ];
      for (const [table, bar, plant] of plants) {
        const session = await warehouse.begin();
        const refusal: unknown = await plant(session)
          .then(() => session.commit())
          .catch((error) => error);
        await session.rollback();
        const { rows } = await warehouse.query(GRAIN_QUERIES[table]!);
        // A backend with a primary key refuses the row, one without finds it.
        if (refusal === undefined) expect(rows.map((row) => row.slice(-2))).toEqual([[closeTime(bar), 2]]);
        else {
          expect(String(refusal)).toMatch(new RegExp(`${table}.*[Dd]uplicate`));
          expect(rows).toEqual([]);
        }
      }
    });
  });

  describe('an empty batch', () => {
    it('adds nothing', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      await session.appendKlines(BTC, klines([]));
      await session.appendIndicators(BTC, indicators([]));
      await session.updateIndicators(
        BTC,
        ['MACD'],
        makeBatch(
          [
            { name: 'close_time', kind: 'time' },
            { name: 'MACD', kind: 'number' },
          ],
          [new Float64Array(0), new Float64Array(0)],
          0,
        ),
      );
      await session.commit();
      expect(await warehouse.partitions()).toEqual([]);
    });
  });
}
