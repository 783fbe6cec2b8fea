import type { RecordBatch } from 'apache-arrow';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/support/cli.js';
import { klineBatch, walkColumns } from '../test/support/market.js';
import { checksumLines, newWarehouse, select } from '../test/support/warehouse.js';
import {
  DERIVATION_COLUMNS,
  KLINE_COLUMNS,
  makeBatch,
  numbers,
  type PartitionKey,
  type Warehouse,
} from '../warehouse/index.js';
import { resample } from './resample.js';
import { verify } from './verify.js';

const MINUTE = 60_000;
const BTC: PartitionKey = { symbol: 'BTCUSDT', interval: '15m' };
const folder = temporaryFolder();
const open: Warehouse[] = [];
let made = 0;
afterEach(async () => {
  for (const warehouse of open.splice(0)) await warehouse.close();
});
afterAll(() => folder.dispose());

async function make(): Promise<Warehouse> {
  const warehouse = await newWarehouse(folder.path, `w${made++}`);
  open.push(warehouse);
  return warehouse;
}

/** Writes rows as a load would. */
async function load(
  warehouse: Warehouse,
  columns: readonly Float64Array[],
  start: number,
  end: number,
  { key = BTC, isRevision = false }: { key?: PartitionKey; isRevision?: boolean } = {},
): Promise<void> {
  if (start === end) return;
  const session = await warehouse.begin();
  const batch = klineBatch(columns, start, end);
  if (isRevision) await session.reviseKlines(key, batch, 1);
  else await session.appendKlines(key, batch);
  await session.refreshGaps(key);
  await session.recordKlineChange({
    ...key,
    runId: 1,
    fromTime: columns[6]![start]!,
    toTime: columns[6]![end - 1]!,
    added: isRevision ? 0 : end - start,
    revised: isRevision ? end - start : 0,
  });
  await session.commit();
}

async function forget(warehouse: Warehouse, key: PartitionKey, columns: readonly Float64Array[]) {
  const session = await warehouse.begin();
  await session.forget(key);
  const [fromTime, toTime] = [columns[6]![0]!, columns[6]!.at(-1)!];
  await session.recordKlineChange({ ...key, runId: 1, fromTime, toTime, added: 0, revised: 0 });
  await session.commit();
}

const TO = ['1h', '1d'];
const marks = (warehouse: Warehouse) => select(warehouse, 'SELECT * FROM v_kline_derivation ORDER BY ALL');
const state = async (warehouse: Warehouse) => [
  ...(await checksumLines(warehouse)),
  ...(await marks(warehouse)),
  ...(await select(warehouse, 'SELECT * FROM v_kline_gap ORDER BY ALL')),
];
const figures = (report: Awaited<ReturnType<typeof resample>>) =>
  report.tasks.map(({ target, added, replaced, revised, kept, conflicts, incomplete }) => ({
    target,
    ...Object.fromEntries(
      Object.entries({ added, replaced, revised, kept, conflicts, incomplete }).filter(([, n]) => n > 0),
    ),
  }));

// 600 bars of 15m with gaps: six days, the first a Monday.
const market = walkColumns({ seed: 5, rows: 600, durationMs: 15 * MINUTE, gaps: 0.02 });

describe('resample', () => {
  it('a second run finds nothing to do and leaves no run behind', async () => {
    const warehouse = await make();
    await load(warehouse, market, 0, 600);
    const first = await resample(warehouse, { from: '15m', to: ['1d', '1h', '1h'] });
    expect(first.tasks.map(({ symbol, source, target, reason }) => [symbol, source, target, reason])).toEqual(
      [
        ['BTCUSDT', '15m', '1h', 'never resampled'],
        ['BTCUSDT', '15m', '1d', 'never resampled'],
      ],
    );
    expect(first.tasks[0]!.added).toBeGreaterThan(100);
    expect(first.tasks[0]!.incomplete).toBeGreaterThan(3);
    const before = await state(warehouse);
    const runs = await warehouse.runs(10);
    const changes = await warehouse.klineChanges(0);
    expect((await resample(warehouse, { from: '15m', to: TO })).runId).toBeNull();
    expect(await state(warehouse)).toEqual(before);
    expect(await warehouse.runs(10)).toEqual(runs);
    expect(await warehouse.klineChanges(0)).toEqual(changes);
    const tasks = await warehouse.tasks(first.runId!);
    expect(tasks.map(({ stage, interval, bars, reason }) => [stage, interval, bars, reason])).toEqual([
      ['resample', '1h', 600, 'never resampled of 15m'],
      ['resample', '1d', 600, 'never resampled of 15m'],
    ]);
    expect(tasks[0]!.klineHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('many runs leave what one run leaves, with and without partial buckets', async () => {
    const parts = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.boolean()), {
      minLength: 2,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(parts, fc.boolean(), fc.boolean(), async (sizes, isPartial, isBackwards) => {
        const rows = sizes.reduce((sum, [size]) => sum + size, 0);
        const [once, often] = [await make(), await make()];
        await load(once, market, 0, rows);
        await resample(once, { from: '15m', to: TO, partial: isPartial });
        let at = 0;
        const pieces = sizes.map(([size, isPartialRun]) => {
          at += size;
          return { start: at - size, end: at, isPartialRun };
        });
        for (const { start, end, isPartialRun } of isBackwards ? pieces.toReversed() : pieces) {
          await load(often, market, start, end);
          await resample(often, { from: '15m', to: TO, partial: isPartial && isPartialRun });
        }
        await resample(often, { from: '15m', to: TO, partial: isPartial });
        expect(await state(often)).toEqual(await state(once));
      }),
      { numRuns: 6 },
    );
  });

  it('follows revised bars, and only their buckets', async () => {
    const warehouse = await make();
    const steady = walkColumns({ seed: 5, rows: 300, durationMs: 15 * MINUTE, gaps: 0 });
    await load(warehouse, steady, 0, 300);
    await resample(warehouse, { from: '15m', to: TO });
    const dearer = steady.map((column, c) => (c === 4 ? column.map((close) => close + 1) : column.slice()));
    await load(warehouse, dearer, 5, 6, { isRevision: true });
    const again = await resample(warehouse, { from: '15m', to: TO });
    expect(again.tasks.map(({ target, reason, sourceBars }) => [target, reason, sourceBars])).toEqual([
      ['1h', 'revised bars', 4],
      ['1d', 'revised bars', 96],
    ]);
    // Bar 5 lies inside its hour and its day: neither closes with it.
    expect(figures(again)).toEqual([
      { target: '1h', kept: 1 },
      { target: '1d', kept: 1 },
    ]);
    await load(warehouse, dearer, 7, 8, { isRevision: true });
    expect(figures(await resample(warehouse, { from: '15m', to: TO }))).toEqual([
      { target: '1h', replaced: 1 },
      { target: '1d', kept: 1 },
    ]);
    const mixed = steady.map((column, c) => {
      const copy = column.slice();
      for (const row of [5, 7]) copy[row] = dearer[c]![row]!;
      return copy;
    });
    const fresh = await make();
    await load(fresh, mixed, 0, 300);
    await resample(fresh, { from: '15m', to: TO });
    expect(await state(warehouse)).toEqual(await state(fresh));
    // The replaced bar is told to what descends from it.
    const change = (await warehouse.klineChanges(0)).at(-1)!;
    expect(change).toMatchObject({ interval: '1h', added: 0, revised: 1, fromTime: steady[6]![7] });
  });

  it('an incomplete bucket is left out, made on demand, and replaced when it is complete', async () => {
    const warehouse = await make();
    const flat = walkColumns({ seed: 6, rows: 12, durationMs: 15 * MINUTE, gaps: 0 });
    const run = async (partial: boolean) =>
      figures(await resample(warehouse, { from: '15m', to: ['1h'], partial }));
    const bars = async () => (await marks(warehouse)).map((row) => row[4]);
    await load(warehouse, flat, 0, 6);
    expect(await run(false)).toEqual([{ target: '1h', added: 1, incomplete: 1 }]);
    expect(await run(true)).toEqual([{ target: '1h', added: 1, kept: 1 }]);
    expect(await bars()).toEqual([4, 2]);
    expect(await run(true)).toEqual([]);
    await load(warehouse, flat, 6, 7);
    // A bar that stands is kept up to date; no new one is made without being asked for.
    expect(await run(false)).toEqual([{ target: '1h', replaced: 1 }]);
    expect(await bars()).toEqual([4, 3]);
    await load(warehouse, flat, 7, 9);
    expect(await run(false)).toEqual([{ target: '1h', replaced: 1, incomplete: 1 }]);
    expect(await bars()).toEqual([4, 4]);
  });

  it('what was loaded stands: the same is kept, the rest is a conflict unless it shall give way', async () => {
    const warehouse = await make();
    await load(warehouse, market, 0, 600);
    const twin = await make();
    await load(twin, market, 0, 600);
    await resample(twin, { from: '15m', to: ['1h'] });
    const { rows } = await twin.query('SELECT * EXCLUDE (symbol, "interval") FROM v_kline ORDER BY ALL');
    const hours = (rows as number[][]).filter((row) => row[6]! - row[0]! === 60 * MINUTE - 1);
    // Loaded: ten hours of the exchange, one of them with another high, one with a volume off by 1e-13.
    const loaded = market.map((_, c) => Float64Array.from(hours.slice(0, 10), (row) => row[c] ?? Number.NaN));
    loaded[2]![3]! += 1;
    loaded[5]![4]! *= 1 + 1e-13;
    const key = { symbol: 'BTCUSDT', interval: '1h' };
    await load(warehouse, loaded, 0, 10, { key });

    const report = await resample(warehouse, { from: '15m', to: ['1h'] });
    expect(report.tasks[0]).toMatchObject({ kept: 9, conflicts: 1, added: hours.length - 10 });
    expect(report.tasks[0]!.firstConflict).toEqual({
      closeTime: loaded[6]![3],
      column: 'high',
      standing: loaded[2]![3],
      derived: hours[3]![2],
    });
    const high = async () =>
      (
        await select(
          warehouse,
          `SELECT high FROM v_kline WHERE close_time = ${loaded[6]![3]}
         AND "interval" = '1h'`,
        )
      )[0]![0];
    expect(await high()).toBe(loaded[2]![3]);
    expect(await marks(warehouse)).toHaveLength(hours.length - 10);

    const revised = await resample(warehouse, { from: '15m', to: ['1h'], revise: true });
    expect(figures(revised)).toMatchObject([{ revised: 1, kept: hours.length - 1 }]);
    expect(await high()).toBe(hours[3]![2]);
    expect(await select(warehouse, 'SELECT high FROM v_kline_revision')).toEqual([[loaded[2]![3]]]);
    expect(await marks(warehouse)).toHaveLength(hours.length - 9);
    // Loaded with --revise it is the loader's again.
    await load(warehouse, loaded, 3, 4, { key, isRevision: true });
    expect(await marks(warehouse)).toHaveLength(hours.length - 10);
  });

  it('half a bucket has no say about a loaded bar', async () => {
    const warehouse = await make();
    await load(warehouse, market, 0, 2);
    const hour = market.map((column) => column.slice(0, 1));
    hour[6]![0] = hour[0]![0]! + 60 * MINUTE - 1;
    await load(warehouse, hour, 0, 1, { key: { symbol: 'BTCUSDT', interval: '1h' } });
    const report = await resample(warehouse, { from: '15m', to: ['1h'], partial: true, revise: true });
    expect(figures(report)).toEqual([{ target: '1h', incomplete: 1 }]);
    expect(await marks(warehouse)).toEqual([]);
  });

  it('forgotten bars take nothing with them, and a forgotten partition is derived again', async () => {
    const warehouse = await make();
    const once = await make();
    for (const one of [warehouse, once]) {
      await load(one, market, 0, 600);
      await resample(one, { from: '15m', to: TO });
    }
    await forget(warehouse, BTC, market);
    await load(warehouse, market, 301, 600);
    const report = await resample(warehouse, { from: '15m', to: TO });
    expect(report.tasks.every(({ added, replaced }) => added + replaced === 0)).toBe(true);
    expect((await state(warehouse)).filter((line) => !String(line).includes('15m'))).toEqual(
      (await state(once)).filter((line) => !String(line).includes('15m')),
    );
    await load(warehouse, market, 0, 301);
    await forget(warehouse, { symbol: 'BTCUSDT', interval: '1d' }, market);
    expect((await resample(warehouse, { from: '15m', to: TO })).tasks.map(({ reason }) => reason)).toEqual([
      'new bars',
      'never resampled',
    ]);
    expect(await state(warehouse)).toEqual(await state(once));
  });

  it('derives from what was derived, and the more complete of two derivations stands', async () => {
    const warehouse = await make();
    const minutes = walkColumns({ seed: 7, rows: 900, durationMs: 5 * MINUTE, gaps: 0 });
    const quarters = market.map((column) => column.slice(0, 2));
    await load(warehouse, quarters, 0, 2);
    await resample(warehouse, { from: '15m', to: ['1h'], partial: true });
    await load(warehouse, minutes, 0, 900, { key: { symbol: 'BTCUSDT', interval: '5m' } });
    const finer = await resample(warehouse, { from: '5m', to: ['1h'] });
    expect(figures(finer)).toEqual([{ target: '1h', added: 74, replaced: 1 }]);
    const chained = await resample(warehouse, { from: '1h', to: ['1d'] });
    expect(figures(chained)).toEqual([{ target: '1d', added: 3, incomplete: 1 }]);
    const direct = await make();
    await load(direct, minutes, 0, 900, { key: { symbol: 'BTCUSDT', interval: '5m' } });
    await resample(direct, { from: '5m', to: ['1d'] });
    const prices = (one: Warehouse) =>
      select(
        one,
        `SELECT open, high, low, close, trade_count FROM v_kline WHERE "interval" = '1d' ORDER BY 1`,
      );
    expect(await prices(warehouse)).toEqual(await prices(direct));
  });

  it('a bar made of an incomplete bucket completes no coarser one', async () => {
    const columns = walkColumns({ seed: 31, rows: 96 * 12, durationMs: 15 * MINUTE, gaps: 0.01 });
    const direct = await make();
    await load(direct, columns, 0, columns[0]!.length);
    await resample(direct, { from: '15m', to: ['1d'] });
    const chained = await make();
    await load(chained, columns, 0, columns[0]!.length);
    await resample(chained, { from: '15m', to: ['1h'], partial: true });
    await resample(chained, { from: '1h', to: ['1d'] });
    const days = `SELECT open_time FROM v_kline WHERE "interval" = '1d' ORDER BY open_time`;
    const expected = await select(direct, days);
    expect(expected.length).toBeGreaterThan(0);
    expect(await select(chained, days)).toEqual(expected);
  });

  it('a bucket that has not closed is no bar, partial or not', async () => {
    const warehouse = await make();
    const columns = walkColumns({ seed: 32, rows: 6, durationMs: 15 * MINUTE, gaps: 0 });
    await load(warehouse, columns, 0, 6);
    // Six quarters: one hour has closed, the other is half way.
    await resample(warehouse, { from: '15m', to: ['1h'], partial: true, now: columns[6]![5]! + 1 });
    const [[bars]] = (await select(
      warehouse,
      `SELECT count(*) FROM v_kline WHERE "interval" = '1h'`,
    )) as number[][];
    expect(Number(bars)).toBe(1);
  });

  it('a bucket that was open is made when it has closed, without a new bar', async () => {
    const warehouse = await make();
    const columns = walkColumns({ seed: 32, rows: 6, durationMs: 15 * MINUTE, gaps: 0 });
    await load(warehouse, columns, 0, 6);
    const closeTime = columns[6]![3]! + 60 * MINUTE;
    const run = async (now: number) =>
      figures(await resample(warehouse, { from: '15m', to: ['1h'], partial: true, now }));
    expect(await run(closeTime)).toEqual([{ target: '1h', added: 1, incomplete: 1 }]);
    expect(await run(closeTime)).toEqual([]);
    expect(await run(closeTime + 1)).toEqual([{ target: '1h', added: 1 }]);
    expect(await run(closeTime + 1)).toEqual([]);
    const fresh = await make();
    await load(fresh, columns, 0, 6);
    await resample(fresh, { from: '15m', to: ['1h'], partial: true, now: closeTime + 1 });
    expect(await state(warehouse)).toEqual(await state(fresh));
  });

  it('a complete bucket has closed, whatever the clock says', async () => {
    const warehouse = await make();
    const columns = walkColumns({ seed: 32, rows: 6, durationMs: 15 * MINUTE, gaps: 0 });
    await load(warehouse, columns, 0, 6);
    expect(figures(await resample(warehouse, { from: '15m', to: ['1h'], now: 0 }))).toEqual([
      { target: '1h', added: 1, incomplete: 1 },
    ]);
  });

  it('a bar made of an incomplete bucket follows it through a second derivation', async () => {
    const columns = walkColumns({ seed: 33, rows: 10, durationMs: 15 * MINUTE, gaps: 0 });
    const warehouse = await make();
    const run = async () => {
      await resample(warehouse, { from: '15m', to: ['1h'], partial: true });
      await resample(warehouse, { from: '1h', to: ['4h'], partial: true });
    };
    // Two whole hours and half of a third; then its third quarter.
    await load(warehouse, columns, 0, 9);
    await run();
    await load(warehouse, columns, 9, 10);
    await run();
    const [[close, bars]] = (await select(
      warehouse,
      `SELECT close, bars FROM v_kline k JOIN v_kline_derivation d USING (symbol, "interval", close_time) WHERE "interval" = '4h'`,
    )) as number[][];
    expect([close, Number(bars)]).toEqual([columns[4]![9], 2]);
  });

  it('verify derives again: changed, lost and thin bars are found, and nothing else', async () => {
    const warehouse = await make();
    await load(warehouse, market, 0, 600);
    await resample(warehouse, { from: '15m', to: TO, partial: true });
    const problems = async () =>
      (await verify(warehouse, { threads: 0 })).problems.filter(({ table }) => table === 'fact_kline');
    expect(await problems()).toEqual([]);
    const key = { symbol: 'BTCUSDT', interval: '1h' };
    const [[time, close]] = (await select(
      warehouse,
      `SELECT close_time, close FROM v_kline_derivation JOIN v_kline USING (symbol, "interval", close_time)
       WHERE "interval" = '1h' AND bars = 4 ORDER BY 1 LIMIT 1`,
    )) as number[][];
    const session = await warehouse.begin();
    const batches: RecordBatch[] = [];
    for await (const batch of session.scanKlines(key, { from: time!, to: time! + 1 })) batches.push(batch);
    const columns = KLINE_COLUMNS.map(({ name }) => numbers(batches[0]!, name).slice());
    const put = async (bars: number) => {
      const marks = [Float64Array.of(time!), Int8Array.of(4), Int16Array.of(bars)];
      const one = await warehouse.begin();
      await one.putDerivedKlines(
        key,
        makeBatch(KLINE_COLUMNS, columns, 1),
        makeBatch(DERIVATION_COLUMNS, marks, 1),
      );
      await one.commit();
      return (await problems()).map(({ interval, at, message }) => [interval, at, message]);
    };
    await session.rollback();
    columns[4]![0] = close! * (1 + 2e-16);
    expect(await put(4)).toEqual([
      ['1h', time, `close is ${close! * (1 + 2e-16)}, derived from 15m ${close}`],
    ]);
    columns[4]![0] = close!;
    expect(await put(3)).toEqual([['1h', time, 'it was made of 3 bars of 15m, and there are 4']]);
    expect(await put(4)).toEqual([]);
  });

  it('rolls back as a whole when it is stopped', async () => {
    const warehouse = await make();
    await load(warehouse, market, 0, 600);
    const before = await state(warehouse);
    const stopped = resample(warehouse, {
      from: '15m',
      to: TO,
      onBars: () => {
        throw new Error('stopped');
      },
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect(await state(warehouse)).toEqual(before);
    expect(await warehouse.resampleHeads()).toEqual([]);
    expect((await warehouse.runs(1))[0]).toMatchObject({ kind: 'resample', status: 'FAILED' });
  });

  it('refuses intervals that do not fit, and sources that are not there', async () => {
    const warehouse = await make();
    await load(warehouse, market, 0, 3);
    const refused = (from: string, to: string[], symbol?: string) =>
      expect(resample(warehouse, { from, to, symbol })).rejects;
    await refused('15m', ['1h', '5m']).toThrow(
      "resample: '5m' cannot be derived from 15m; allowed: 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 1w",
    );
    await refused('15m', ['15m']).toThrow("'15m' cannot be derived from 15m");
    await refused('8h', ['12h']).toThrow("'12h' cannot be derived from 8h; allowed: 1d, 1w");
    await refused('1w', ['1w']).toThrow('allowed: none');
    await refused('1m', ['1h']).toThrow('no klines of 1m are loaded; loaded are BTCUSDT 15m');
    await refused('15m', ['1h'], 'ETHUSDT').toThrow('no klines of ETHUSDT 15m are loaded');
  });
});
