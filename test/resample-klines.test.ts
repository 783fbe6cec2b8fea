import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { durationOf, loadFile, resample } from '../engine/index.js';
import { KLINE_COLUMNS, numbers, type Warehouse } from '../warehouse/index.js';
import { HAS_KLINES, KLINES } from './cli-process.js';
import { temporaryFolder } from './support/cli.js';
import { newWarehouse, select } from './support/warehouse.js';

// The bar of SPEC 2: what is derived from the exchange's own candles is what the exchange's own coarser candles say.

const FILES: Readonly<Record<string, string>> = {
  '15m': 'BTCUSDT-15m-20230102-20260430.csv.gz',
  '1h': 'BTCUSDT-1h-20180101-20260430.csv.gz',
  '2h': 'BTCUSDT-2h-20170817-20260430.csv.gz',
  '4h': 'BTCUSDT-4h-20170817-20260430.csv.gz',
  '1d': 'BTCUSDT-1d-20170817-20260429.csv.gz',
};
const path = (interval: string): string => join(KLINES, FILES[interval]!);
const EXACT = ['open', 'high', 'low', 'close', 'trade_count'];
const SUMS = ['volume', 'quote_volume', 'taker_buy_base', 'taker_buy_quote'];
const HALT = Date.parse('2023-03-24T12:00Z');

/** A bar by column name. */
type Bar = Readonly<Record<string, number>>;

/** The exchange's rows by open time, read without the loader; the first of a time stands. */
function exchangeBars(interval: string): Map<number, Bar> {
  const bars = new Map<number, Bar>();
  for (const line of gunzipSync(readFileSync(path(interval)))
    .toString()
    .split('\n')) {
    const fields = line.split(',').map(Number);
    if (fields.length < 11 || Number.isNaN(fields[0])) continue;
    const time = fields[0]! >= 1e14 ? fields[0]! / 1000 : fields[0]!;
    if (!bars.has(time))
      bars.set(time, Object.fromEntries(KLINE_COLUMNS.map(({ name }, c) => [name, fields[c]!])));
  }
  return bars;
}

/** Open times of buckets whose source bars are all there, and of the others. */
function buckets(source: ReadonlyMap<number, Bar>, from: string, to: string) {
  const counts = new Map<number, number>();
  // No week among the targets: every grid starts at the epoch.
  for (const time of source.keys()) {
    const bucket = time - (time % durationOf(to));
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  const expected = durationOf(to) / durationOf(from);
  const open = [...counts].sort(([a], [b]) => a - b);
  return {
    complete: open.filter(([, count]) => count === expected).map(([time]) => time),
    incomplete: open.filter(([, count]) => count < expected).map(([time]) => time),
  };
}

async function derivedBars(warehouse: Warehouse, interval: string): Promise<Map<number, Bar>> {
  const bars = new Map<number, Bar>();
  for await (const batch of warehouse.scanKlines({ symbol: 'BTCUSDT', interval }, {})) {
    const columns = KLINE_COLUMNS.map(({ name }) => [name, numbers(batch, name)] as const);
    for (let row = 0; row < batch.numRows; row++) {
      const bar = Object.fromEntries(columns.map(([name, column]) => [name, column[row]!]));
      bars.set(bar.open_time!, bar);
    }
  }
  return bars;
}

/** Columns of `derived` that the exchange says otherwise, by open time. */
function differences(derived: ReadonlyMap<number, Bar>, exchange: ReadonlyMap<number, Bar>): string[] {
  const found: string[] = [];
  for (const [time, bar] of derived) {
    const own = exchange.get(time);
    if (own === undefined) found.push(`${new Date(time).toISOString()} is not in the exchange's file`);
    else {
      for (const name of EXACT)
        if (!Object.is(bar[name], own[name])) found.push(`${time} ${name} ${bar[name]} ${own[name]}`);
      for (const name of SUMS)
        if (!(Math.abs(bar[name]! - own[name]!) <= 1e-12 * Math.max(bar[name]!, own[name]!)))
          found.push(`${time} ${name} ${bar[name]} ${own[name]}`);
    }
  }
  return found;
}

describe.skipIf(!HAS_KLINES)('resampling real klines (skipped where ../shared/klines is absent)', () => {
  const folder = temporaryFolder();
  const now = Date.parse('2026-06-01');
  const open: Warehouse[] = [];
  const make = async (name: string, source: string): Promise<Warehouse> => {
    const warehouse = await newWarehouse(folder.path, name);
    open.push(warehouse);
    await loadFile(warehouse, path(source), { now });
    return warehouse;
  };
  let hours: Warehouse;
  let quarters: Warehouse;
  beforeAll(async () => {
    hours = await make('hours', '1h');
    quarters = await make('quarters', '15m');
    await resample(hours, { from: '1h', to: ['2h', '4h', '1d'] });
    await resample(quarters, { from: '15m', to: ['1h'] });
  });
  afterAll(async () => {
    for (const warehouse of open) await warehouse.close();
    folder.dispose();
  });

  it.each([
    ['15m', '1h', 29_000],
    ['1h', '2h', 36_000],
    ['1h', '4h', 18_000],
    ['1h', '1d', 3_000],
  ])('%s to %s: complete buckets are the exchange’s own bars', async (from, to, atLeast) => {
    const derived = await derivedBars(from === '15m' ? quarters : hours, to);
    const { complete } = buckets(exchangeBars(from), from, to);
    expect([...derived.keys()]).toEqual(complete);
    expect(differences(derived, exchangeBars(to))).toEqual([]);
    expect(derived.size).toBeGreaterThanOrEqual(atLeast);
  });

  it('over the exchange’s own bars nothing is added but what they lack, and nothing contradicts', async () => {
    const warehouse = await make('over', '1h');
    for (const interval of ['2h', '4h', '1d']) await loadFile(warehouse, path(interval), { now });
    const { tasks } = await resample(warehouse, { from: '1h', to: ['2h', '4h', '1d'], partial: true });
    expect(
      tasks.map(({ target, conflicts, replaced, revised }) => [target, conflicts, replaced, revised]),
    ).toEqual([
      ['2h', 0, 0, 0],
      ['4h', 0, 0, 0],
      ['1d', 0, 0, 0],
    ]);
  });

  it('leaves the buckets of the halt of 2023-03-24 out, with a gap', async () => {
    const { incomplete } = buckets(exchangeBars('1h'), '1h', '4h');
    expect(incomplete).toContain(HALT);
    const derived = await derivedBars(hours, '4h');
    expect(derived.has(HALT)).toBe(false);
    const gap = `SELECT missing FROM v_kline_gap WHERE "interval" = '4h' AND from_time = ${HALT}`;
    expect(await select(hours, gap)).toEqual([[1]]);
    expect((await derivedBars(hours, '1d')).has(Date.parse('2023-03-24'))).toBe(false);
    expect((await derivedBars(quarters, '1h')).has(HALT)).toBe(false);
  });

  it('with --partial opens the halt’s bar at the first traded price, as the exchange does', async () => {
    await resample(hours, { from: '1h', to: ['2h', '4h', '1d'], partial: true });
    await resample(quarters, { from: '15m', to: ['1h', '4h'], partial: true });
    for (const [warehouse, interval, day] of [
      [hours, '4h', HALT],
      [hours, '1d', Date.parse('2023-03-24')],
      [hours, '2h', HALT],
      [quarters, '4h', HALT],
      // Flat: none traded.
      [quarters, '1h', HALT],
    ] as const) {
      const bar = (await derivedBars(warehouse, interval)).get(day)!;
      const own = exchangeBars(interval).get(day)!;
      expect(differences(new Map([[day, bar]]), new Map([[day, own]]))).toEqual([]);
    }
    // As the project's notes on the data say.
    expect((await derivedBars(hours, '4h')).get(HALT)!.open).toBe(28_079.99);
  });
});
