import { describe, expect, it } from 'vitest';
import { numbers, values } from '../columns.js';
import { KLINE_COLUMNS } from '../schema/batches.js';
import type { MakeWarehouse } from '../warehouse.case.js';
import type { KlineReject } from '../warehouse.js';
import {
  BTC,
  batchOf,
  CATALOG,
  closeTime,
  collect,
  derivations,
  ETH,
  klines,
  loadBars,
  openTime,
  plain,
  range,
} from './samples.js';

export function klineCases(make: MakeWarehouse): void {
  describe('klines', () => {
    it('come back bit for bit, NaN as NULL and back', async () => {
      const warehouse = await make();
      // No -0: no fact of ours is one, and MariaDB knows none.
      const odd = [1.7976931348623157e308, 5e-324, 1e308, Number.NaN, 0.1 + 0.2, -1e-300, 0];
      const batch = batchOf(KLINE_COLUMNS, odd.length, {
        open_time: odd.map((_, i) => openTime(i)),
        close_time: odd.map((_, i) => closeTime(i)),
        open: odd,
        high: odd.toReversed(),
        volume: odd.map(() => Number.NaN),
        trade_count: odd.map((_, i) => 2 ** 53 - 1 - i),
      });
      const session = await warehouse.begin();
      await session.appendKlines(BTC, batch);
      await session.commit();
      // toEqual tells -0 from 0 and takes NaN for NaN.
      expect(await collect(warehouse.scanKlines(BTC, {}))).toEqual(await plain(batch));
      const unknown = await warehouse.query(
        'SELECT count(*) - count(open), count(*) - count(volume), count(*) FROM fact_kline',
      );
      expect(unknown.rows).toEqual([[1, 7, 7]]);
    });

    it('are seen by their session at once, by others after commit, by no one after rollback', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      await session.appendKlines(BTC, klines(range(0, 20)));
      expect((await collect(session.scanKlines(BTC, {}))).close_time).toHaveLength(20);
      expect(await collect(warehouse.scanKlines(BTC, {}))).toEqual({});
      expect(await warehouse.partitions()).toEqual([]);
      await session.rollback();
      expect(await warehouse.partitions()).toEqual([]);
      await expect(session.appendKlines(BTC, klines([1]))).rejects.toThrow('session is over');

      await loadBars(warehouse);
      expect(await warehouse.partitions()).toEqual([
        { ...BTC, rows: 20, firstCloseTime: closeTime(0), lastCloseTime: closeTime(19) },
      ]);
    });

    it('come in time order whatever the order of loading, from a half-open range', async () => {
      const warehouse = await make();
      await loadBars(warehouse, BTC, range(40, 60));
      await loadBars(warehouse, ETH, range(0, 9));
      await loadBars(warehouse, BTC, range(10, 40));
      const all = await collect(warehouse.scanKlines(BTC, {}));
      expect(all).toEqual(await plain(klines(range(10, 60))));
      const part = await collect(warehouse.scanKlines(BTC, { from: closeTime(15), to: closeTime(45) }));
      expect(part).toEqual(await plain(klines(range(15, 45))));
      expect(await collect(warehouse.scanKlines(BTC, { from: closeTime(60) }))).toEqual({});
      expect(await collect(warehouse.scanKlines({ ...BTC, symbol: 'NONE' }, {}))).toEqual({});
    });

    it('are cut into batches of exactly batchRows rows, the last one shorter', async () => {
      const warehouse = await make();
      // More than one slice of the backend, and rows that do not divide evenly.
      const bars = range(0, 150_001);
      const session = await warehouse.begin();
      const key = { symbol: 'BTCUSDT', interval: '1m' };
      const whole = klines(bars, 1, 60_000);
      await session.appendKlines(key, whole);
      await session.commit();
      const sizes: number[] = [];
      let row = 0;
      for await (const batch of warehouse.scanKlines(key, {}, { batchRows: 40_000 })) {
        sizes.push(batch.numRows);
        for (const { name } of KLINE_COLUMNS) {
          const written = numbers(whole, name).subarray(row, row + batch.numRows);
          const read = numbers(batch, name);
          const wrong = written.findIndex((value, i) => !Object.is(value, read[i]));
          if (wrong >= 0) throw new Error(`${name} of row ${row + wrong} is ${read[wrong]}`);
        }
        row += batch.numRows;
      }
      expect(sizes).toEqual([40_000, 40_000, 40_000, 30_001]);
      await expect(collect(warehouse.scanKlines(key, {}, { batchRows: 0 }))).rejects.toThrow('batchRows');
    });

    it('share one SharedArrayBuffer a batch when asked', async () => {
      const warehouse = await make();
      await loadBars(warehouse);
      const buffers = new Set<unknown>();
      let batches = 0;
      for await (const batch of warehouse.scanKlines(BTC, {}, { batchRows: 8, shared: true })) {
        batches++;
        for (const { name } of KLINE_COLUMNS) buffers.add(values(batch, name).buffer);
      }
      expect(batches).toBe(3);
      expect(buffers.size).toBe(3);
      for (const buffer of buffers) expect(buffer).toBeInstanceOf(SharedArrayBuffer);
      for await (const batch of warehouse.scanKlines(BTC, {}))
        expect(values(batch, 'open').buffer).not.toBeInstanceOf(SharedArrayBuffer);
    });

    it('are read within sorted ranges', async () => {
      const warehouse = await make();
      await loadBars(warehouse, BTC, range(0, 100));
      await loadBars(warehouse, BTC, range(200_000, 200_010));
      const from = Float64Array.of(closeTime(3), closeTime(50), closeTime(99), closeTime(199_000));
      const to = Float64Array.of(closeTime(5), closeTime(51), closeTime(102), closeTime(200_002));
      const found = await collect(warehouse.scanKlinesWithin(BTC, from, to));
      expect(found).toEqual(await plain(klines([3, 4, 50, 99, 200_000, 200_001])));
      const wide = warehouse.scanKlinesWithin(BTC, Float64Array.of(0), Float64Array.of(closeTime(200_001)));
      expect((await collect(wide)).close_time).toHaveLength(101);
    });

    it('that are revised keep the old row', async () => {
      const warehouse = await make();
      await loadBars(warehouse);
      const before = await plain(klines([4, 9]));
      for (const seed of [2, 3]) {
        const session = await warehouse.begin();
        await session.reviseKlines(BTC, klines([4, 9], seed), 70 + seed);
        await session.commit();
      }
      const now = await collect(warehouse.scanKlines(BTC, {}));
      expect(now.close_time).toHaveLength(20);
      expect(now.open![4]).toBe(numbers(klines([4], 3), 'open')[0]);
      expect(now.open![5]).toBe(numbers(klines([5]), 'open')[0]);
      const { rows } = await warehouse.query(
        'SELECT close_time, revision, run_id, "open", trade_count FROM kline_revision ORDER BY close_time, revision',
      );
      const second = await plain(klines([4, 9], 2));
      expect(rows).toEqual([
        [closeTime(4), 1, 72, before.open![0], 7],
        [closeTime(4), 2, 73, second.open![0], 7],
        [closeTime(9), 1, 72, before.open![1], 12],
        [closeTime(9), 2, 73, second.open![1], 12],
      ]);
    });

    it('that are derived replace one another, and say of what they were made until they are revised', async () => {
      const warehouse = await make();
      await loadBars(warehouse, BTC, range(0, 5));
      const put = async (bars: number[], seed: number, count: number) => {
        const session = await warehouse.begin();
        await session.putDerivedKlines(BTC, klines(bars, seed), derivations(bars, count));
        const marks = await collect(session.scanDerivations(BTC, { from: closeTime(6) }));
        await session.commit();
        return marks;
      };
      await put([5, 6, 7], 2, 7);
      expect(await put([6, 8], 3, 12)).toEqual({
        close_time: [6, 7, 8].map(closeTime),
        source_interval: [2, 2, 2],
        bars: [12, 7, 12],
      });
      const mixed = [klines(range(0, 5)), klines([5], 2), klines([6], 3), klines([7], 2), klines([8], 3)];
      expect(await collect(warehouse.scanKlines(BTC, {}))).toEqual(await plain(...mixed));
      const session = await warehouse.begin();
      await session.reviseKlines(BTC, klines([7], 4), 1);
      const left = await collect(session.scanDerivations(BTC, {}));
      await session.replaceDerivedKlines(BTC, klines([6], 5));
      const loaded = await collect(session.scanDerivations(BTC, {}));
      await session.commit();
      expect(left.close_time).toEqual([5, 6, 8].map(closeTime));
      expect(loaded.close_time).toEqual([5, 8].map(closeTime));
      expect(await collect(warehouse.scanDerivations(BTC, {}))).toEqual(loaded);
      const replaced = [klines([6], 5), klines([7], 4)];
      const after = [klines(range(0, 5)), klines([5], 2), ...replaced, klines([8], 3)];
      expect(await collect(warehouse.scanKlines(BTC, {}))).toEqual(await plain(...after));
      // Derived bars can be made again; only the revised one was kept.
      expect((await warehouse.query('SELECT close_time FROM kline_revision')).rows).toEqual([[closeTime(7)]]);
      const { rows } = await warehouse.query(
        'SELECT "interval", close_time, source_interval, bars FROM v_kline_derivation WHERE bars < 12',
      );
      expect(rows).toEqual([['1h', closeTime(5), '5m', 7]]);
    });

    it('leave gaps between present bars only', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      await session.appendKlines(BTC, klines([2, 3, 6, 7, 12]));
      await session.refreshGaps(BTC);
      await session.refreshGaps(BTC);
      await session.commit();
      const gaps = () =>
        warehouse.query('SELECT from_time, to_time, missing FROM kline_gap ORDER BY from_time');
      expect((await gaps()).rows).toEqual([
        [openTime(4), openTime(6), 2],
        [openTime(8), openTime(12), 4],
      ]);
      const filling = await warehouse.begin();
      await filling.appendKlines(BTC, klines([4, 5, 9]));
      await filling.refreshGaps(BTC);
      await filling.commit();
      expect((await gaps()).rows).toEqual([
        [openTime(8), openTime(9), 1],
        [openTime(10), openTime(12), 2],
      ]);
    });

    it('leave gaps of every length, wherever they are', async () => {
      const warehouse = await make();
      // Nearly all of some thousand bars, now and then one, and thousands in a row missing.
      const bars = Array.from({ length: 9000 }, (_, bar) => bar).filter(
        (bar) =>
          (bar < 1500 || bar > 4600) && (bar < 6000 || bar > 6001) && bar % 997 !== 5 && bar % 1024 !== 0,
      );
      const session = await warehouse.begin();
      await session.appendKlines(BTC, klines(bars));
      await session.refreshGaps(BTC);
      await session.commit();
      const { rows } = await warehouse.query(
        'SELECT from_time, to_time, missing FROM kline_gap ORDER BY from_time',
      );
      // By walking from bar to bar.
      const expected = bars.slice(1).flatMap((bar, i) => {
        const missing = bar - bars[i]! - 1;
        return missing === 0 ? [] : [[openTime(bars[i]! + 1), openTime(bar), missing]];
      });
      expect(expected.length).toBeGreaterThan(10);
      expect(rows).toEqual(expected);
    });

    it('that were rejected are kept once', async () => {
      const warehouse = await make();
      const reject = (line: number, reason = 'PRICE'): KlineReject => ({
        ...BTC,
        source: "it's.csv",
        sha256: 'ab'.repeat(32),
        line,
        reason,
        raw: '1,2;"x"\t3',
      });
      const first = await warehouse.begin();
      expect(await first.appendRejects([reject(1), reject(2), reject(2), reject(2, 'GRID')])).toBe(3);
      expect(await first.appendRejects([])).toBe(0);
      await first.commit();
      const second = await warehouse.begin();
      expect(await second.appendRejects([reject(2), { ...reject(3), source: 'other.csv' }])).toBe(1);
      await second.commit();
      const { rows } = await warehouse.query(
        'SELECT line, reason, raw FROM kline_reject ORDER BY line, reason',
      );
      expect(rows).toEqual([1, 2, 2, 3].map((line, i) => [line, i === 1 ? 'GRID' : 'PRICE', reject(1).raw]));
    });

    it('that were rejected, many of them each in a file of its own, fit into one transaction; the first of equal ones is kept', async () => {
      const warehouse = await make();
      const rejects = range(0, 3000).map((line) => ({
        ...BTC,
        source: `topic/${line % 7}`,
        sha256: (line >> 1).toString(16).padStart(64, '0'),
        line: line >> 1,
        reason: 'CONFLICT' as const,
        raw: `{"v":1,"n":${line}}`,
      }));
      const session = await warehouse.begin();
      expect(await session.appendRejects(rejects)).toBe(1500);
      expect(await session.appendRejects(rejects)).toBe(0);
      await session.commit();
      const { rows } = await warehouse.query('SELECT line, source, raw FROM kline_reject ORDER BY line');
      expect(rows).toEqual(
        range(0, 1500).map((line) => [line, `topic/${(2 * line) % 7}`, `{"v":1,"n":${2 * line}}`]),
      );
    });

    it('of a batch that fails half-way are not there', async () => {
      const warehouse = await make();
      const broken = klines(range(0, 5000));
      numbers(broken, 'close_time')[4000] = Number.NaN;
      const session = await warehouse.begin();
      await expect(session.appendKlines(BTC, broken)).rejects.toThrow('a time is unknown');
      await session.appendKlines(BTC, klines([7]));
      await session.commit();
      expect((await collect(warehouse.scanKlines(BTC, {}))).close_time).toEqual([closeTime(7)]);
    });

    it('refuse a batch with other columns, an unknown interval, a changed catalog', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      const wrong = batchOf(KLINE_COLUMNS.slice(1), 1, {});
      await expect(session.appendKlines(BTC, wrong)).rejects.toThrow('lacks open_time');
      const timeless = batchOf(KLINE_COLUMNS, 1, { close_time: [Number.NaN] });
      await expect(session.appendKlines(BTC, timeless)).rejects.toThrow('a time is unknown');
      await expect(session.appendKlines({ symbol: 'X', interval: '7m' }, klines([1]))).rejects.toThrow(
        "interval '7m' is not one of 1m, 5m, 1h, 2h",
      );
      await session.rollback();
      const moved = { ...CATALOG, intervals: CATALOG.intervals.toReversed() };
      await expect(warehouse.migrate(moved)).rejects.toThrow('interval number 1');
    });
  });
}
