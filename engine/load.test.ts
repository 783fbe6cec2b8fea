import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../warehouse/index.js';
import { UserError } from './errors.js';
import type { LoadOptions, LoadReport } from './load/report.js';
import { loadFile, loadFiles, loadSources } from './load.js';
import { resample } from './resample.js';
import { openStream } from './source/file.js';
import { ownMemory } from './source/kline-chunk.js';
import type { KlineSource } from './source/kline-source.js';
import { readKlines } from './source/klines.js';
import { warehouseCatalog } from './warehouse-catalog.js';

const HOUR = 3_600_000;
const T0 = Date.UTC(2024, 0, 1);
const OPTIONS: LoadOptions = { now: Date.UTC(2027, 0, 1) };

const folder = mkdtempSync(join(tmpdir(), 'klinemill-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let warehouse: Warehouse;
let files = 0;
beforeEach(async () => {
  warehouse = await openWarehouse(`duckdb:${join(folder, `${++files}.duckdb`)}`);
  await warehouse.migrate(warehouseCatalog());
});
afterEach(() => warehouse.close());

function put(name: string, lines: readonly string[] | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.isBuffer(lines) ? lines : `${lines.join('\n')}\n`);
  return path;
}

/** The hourly bar `bar` with close `close`; other fields by index. */
function line(bar: number, close = 105, change: Record<number, string> = {}): string {
  const open = T0 + bar * HOUR;
  const fields = [open, 100, 110, 90, close, 12.5, open + HOUR - 1, 1300, 42, 6, 630].map(String);
  for (const [field, text] of Object.entries(change)) fields[Number(field)] = text;
  return fields.join(',');
}

const rowsOf = async (sql: string): Promise<unknown[][]> =>
  [...(await warehouse.query(sql)).rows].map((row) => [...row]);
const closes = () => rowsOf('SELECT close_time, "close" FROM fact_kline ORDER BY close_time');
const rejects = () => rowsOf('SELECT line, reason, raw FROM kline_reject ORDER BY line, reason');
const closeOf = (bar: number): number => T0 + (bar + 1) * HOUR - 1;

/** Market facts, by partition: what must not depend on how they came. */
async function checksums(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { table, symbol, interval, rows, checksum } of warehouse.checksums({}))
    if (table === 'fact_kline') found[`${symbol} ${interval} ${rows}`] = checksum;
  return found;
}

function expectWhole(report: LoadReport): void {
  const rejected = Object.entries(report.rejected).filter(([reason]) => reason !== 'TRUNCATED');
  const sum = rejected.reduce((total, [, count]) => total + count, 0);
  expect(report.added + report.duplicates + report.revised + report.replaced + sum).toBe(report.read);
}

describe('loadFile', () => {
  it('loads what is sound, keeps what is not as rejects, and says so', async () => {
    const path = put('BTCUSDT-1h-a.csv', [
      'open_time,open,high,low,close,volume,close_time',
      line(0),
      line(1, -1),
      line(3, 106, { 6: String(T0 + 3 * HOUR + 7) }),
      line(0),
      line(0, 101),
      'oops',
      line(2),
    ]);
    const report = await loadFile(warehouse, path, OPTIONS);
    expect(report).toMatchObject({
      source: 'BTCUSDT-1h-a.csv',
      symbol: 'BTCUSDT',
      interval: '1h',
      read: 7,
      added: 3,
      duplicates: 1,
      revised: 0,
      conflicts: 1,
      truncated: 1,
      rejected: { PRICE: 1, TRUNCATED: 1, CONFLICT: 1, PARSE: 1 },
      newRejects: 4,
      firstOpenTime: T0,
      lastCloseTime: closeOf(3),
    });
    expectWhole(report);
    expect(await closes()).toEqual([
      [closeOf(0), 105],
      [closeOf(2), 105],
      [closeOf(3), 106],
    ]);
    expect(await rejects()).toEqual([
      [3, 'PRICE', line(1, -1)],
      [4, 'TRUNCATED', line(3, 106, { 6: String(T0 + 3 * HOUR + 7) })],
      [6, 'CONFLICT', line(0, 101)],
      [7, 'PARSE', 'oops'],
    ]);
    expect(await rowsOf('SELECT from_time, to_time, missing FROM kline_gap')).toEqual([
      [T0 + HOUR, T0 + 2 * HOUR, 1],
    ]);
    const [run] = await warehouse.runs(1);
    expect(run).toMatchObject({ kind: 'load', status: 'DONE' });
    expect(await warehouse.klineChanges(0)).toMatchObject([
      {
        symbol: 'BTCUSDT',
        interval: '1h',
        fromTime: closeOf(0),
        toTime: closeOf(3),
        added: 3,
        revised: 0,
        runId: run!.runId,
      },
    ]);
    expect(await warehouse.tasks(run!.runId)).toMatchObject([
      {
        stage: 'load',
        fromTime: closeOf(0),
        toTime: closeOf(3),
        bars: 7,
        rowsWritten: 3,
        reason: expect.stringContaining(report.sha256),
      },
    ]);
  });

  it('loading again changes nothing, not even the rejects', async () => {
    const path = put('BTCUSDT-1h-b.csv', [
      line(0),
      line(5, 105, { 6: String(T0 + 5 * HOUR) }),
      line(0, 99),
      'x',
      line(9),
    ]);
    const first = await loadFile(warehouse, path, OPTIONS);
    const before = [await checksums(), await rejects(), await warehouse.klineChanges(0)];
    for (const revise of [false, true]) {
      const again = await loadFile(warehouse, path, { ...OPTIONS, revise });
      expect(again).toMatchObject({
        read: 5,
        added: 0,
        duplicates: 3,
        revised: 0,
        newRejects: 0,
        truncated: 0,
      });
      expect(again.rejected).toEqual({ CONFLICT: 1, PARSE: 1 });
      expectWhole(again);
    }
    expect(first).toMatchObject({ added: 3, truncated: 1 });
    expect([await checksums(), await rejects(), await warehouse.klineChanges(0)]).toEqual(before);
  });

  it('a row cut short in one copy and whole in another is the same row', async () => {
    await loadFile(warehouse, put('BTCUSDT-1h-whole.csv', [line(0)]), OPTIONS);
    const cut = await loadFile(
      warehouse,
      put('BTCUSDT-1h-cut.csv', [line(0, 105, { 6: String(T0 + 1) })]),
      OPTIONS,
    );
    expect(cut).toMatchObject({ duplicates: 1, truncated: 0, rejected: {} });
    expect(await rejects()).toEqual([]);
  });

  it('--revise replaces what stood before the file, keeps the old row, and never revises its own rows', async () => {
    await loadFile(warehouse, put('BTCUSDT-1h-old.csv', [line(0), line(1), line(2)]), OPTIONS);
    const path = put('BTCUSDT-1h-new.csv', [line(0), line(1, 101), line(1, 102), line(3), line(3, 103)]);
    const report = await loadFile(warehouse, path, { ...OPTIONS, revise: true });
    expect(report).toMatchObject({ read: 5, added: 1, duplicates: 1, revised: 1, conflicts: 2 });
    expectWhole(report);
    expect((await closes()).map(([, close]) => close)).toEqual([105, 101, 105, 105]);
    expect(await rowsOf('SELECT close_time, "close" FROM kline_revision')).toEqual([[closeOf(1), 105]]);
    expect((await warehouse.klineChanges(0)).at(-1)).toMatchObject({
      fromTime: closeOf(1),
      toTime: closeOf(3),
      added: 1,
      revised: 1,
    });
    expect(await loadFile(warehouse, path, { ...OPTIONS, revise: true })).toMatchObject({
      duplicates: 3,
      revised: 0,
      added: 0,
      conflicts: 2,
    });
  });

  it('keeps the text of a reject whatever bytes it holds', async () => {
    const bytes = Buffer.concat([Buffer.from(`${line(0)}\n1,\0,"\u{1f4a9}'`), Buffer.of(0xff, 10)]);
    expect(await loadFile(warehouse, put('BTCUSDT-1h-odd.csv', bytes), OPTIONS)).toMatchObject({
      newRejects: 1,
    });
    expect(await rejects()).toEqual([[2, 'PARSE', '1,\0,"\u{1f4a9}\'\ufffd']]);
  });

  it('reads standard input and anything else that yields bytes', async () => {
    const source = openStream('-', async function* () {
      yield Buffer.from(`${line(0)}\n${line(1)}`);
    });
    const [report] = await loadSources(
      warehouse,
      [{ source, key: { symbol: 'X', interval: '1h' } }],
      OPTIONS,
    );
    expect(report).toMatchObject({ source: '-', symbol: 'X', added: 2 });
  });

  it('reports progress and a file of a header alone', async () => {
    const seen: number[] = [];
    const path = put(
      'BTCUSDT-1h-c.csv',
      Array.from({ length: 70_000 }, (_, i) => line(i - 60_000)),
    );
    const report = await loadFile(warehouse, path, { ...OPTIONS, onProgress: ({ read }) => seen.push(read) });
    expect(seen).toEqual([65_536, 70_000]);
    expect(report.added).toBe(70_000);
    const header = put('BTCUSDT-1h-d.csv', ['open_time,open,high,low,close,volume,close_time']);
    expect(await loadFile(warehouse, header, OPTIONS)).toMatchObject({
      read: 0,
      added: 0,
      firstOpenTime: null,
      lastCloseTime: null,
    });
  });

  it('holds more rejects than it keeps in memory', async () => {
    const path = put('BTCUSDT-1h-e.csv', [line(0), ...Array.from({ length: 140_000 }, () => line(1, -1))]);
    const report = await loadFile(warehouse, path, OPTIONS);
    expect(report).toMatchObject({ added: 1, newRejects: 140_000, rejected: { PRICE: 140_000 } });
    expect(
      await rowsOf('SELECT count(*), count(DISTINCT sha256), min(line), max(line) FROM kline_reject'),
    ).toEqual([[140_000, 1, 2, 140_001]]);
    expect((await rowsOf('SELECT DISTINCT sha256 FROM kline_reject'))[0]).toEqual([report.sha256]);
  });
});

describe('chunks of a file', () => {
  /** A source in chunks of three rows, by the reader of every other source. */
  function inThrees(name: string, lines: readonly string[]): KlineSource {
    async function* bytes(): AsyncGenerator<Buffer> {
      yield Buffer.from(lines.join('\n'));
    }
    const source = openStream(name, bytes);
    return {
      name,
      path: null,
      isRepeatable: true,
      bytes: () => source.bytes(),
      sha256: () => source.sha256(),
      klines: (options) => readKlines(source, { ...options, memory: ownMemory(3) }),
    };
  }

  it('meet what stood before and what the file itself brought, in whatever order: the first value stands', async () => {
    const bars = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.constantFrom(105, 105, 106)), {
      minLength: 1,
      maxLength: 25,
    });
    const inOrder = bars.map((rows) => [...rows].sort(([a], [b]) => a - b));
    let markets = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(inOrder, bars), { minLength: 1, maxLength: 3 }), async (files) => {
        const key = { symbol: `M${++markets}`, interval: '1h' };
        // A map is the naive twin: what is not in it is added, what is the same is a duplicate.
        const stands = new Map<number, number>();
        for (const [i, rows] of files.entries()) {
          const expected = { added: 0, duplicates: 0, conflicts: 0 };
          for (const [bar, close] of rows) {
            const standing = stands.get(bar);
            if (standing === undefined) stands.set(bar, close);
            expected[standing === undefined ? 'added' : standing === close ? 'duplicates' : 'conflicts']++;
          }
          const lines = rows.map(([bar, close]) => line(bar, close));
          const source = inThrees(`${key.symbol}-${i}`, lines);
          expect((await loadSources(warehouse, [{ source, key }], OPTIONS))[0]).toMatchObject(expected);
        }
        const found = await rowsOf(
          `SELECT k.close_time, k."close" FROM fact_kline k JOIN dim_symbol s ON s.symbol_id = k.symbol_id
           WHERE s.symbol = '${key.symbol}' ORDER BY k.close_time`,
        );
        const expected = [...stands].sort(([a], [b]) => a - b);
        expect(found).toEqual(expected.map(([bar, close]) => [closeOf(bar), close]));
      }),
      { numRuns: 30 },
    );
  }, 120_000);
});

describe('order does not matter', () => {
  const lines = Array.from({ length: 300 }, (_, i) => line(i, 95 + ((i * 7) % 11)));
  const shuffled = lines
    .map((text, i) => [((i * 7919) % 300) + i / 1000, text] as const)
    .sort(([a], [b]) => a - b)
    .map(([, text]) => text);

  it.each([
    ['backwards', [[...lines].reverse()]],
    ['shuffled', [shuffled]],
    ['in overlapping files', [lines.slice(100, 250), lines.slice(200), lines.slice(0, 150)]],
  ])('%s', async (_what, parts) => {
    await loadFile(warehouse, put('ONE-1h.csv', lines), OPTIONS);
    const paths = parts.map((part, i) => put(`TWO-1h-${i}.csv`, part));
    await loadFiles(warehouse, paths, OPTIONS);
    const [one, two] = Object.entries(await checksums());
    expect(one![0]).toBe('ONE 1h 300');
    expect(two![0]).toBe('TWO 1h 300');
    expect(two![1]).toBe(one![1]);
  });
});

describe('mistakes of the user', () => {
  const sound = () => put('BTCUSDT-1h-sound.csv', [line(0), line(1)]);

  it('a file that cannot be loaded leaves nothing of itself, and those before it stay', async () => {
    const many = Array.from({ length: 100_000 }, (_, i) => line(i - 90_000, 95 + (i % 11)));
    const packed = gzipSync(`${many.join('\n')}\n`);
    const cut = put('ETHUSDT-1h-cut.csv.gz', packed.subarray(0, packed.length - 1000));
    const error = await loadFiles(warehouse, [sound(), cut, sound()], OPTIONS).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(
      /'ETHUSDT-1h-cut\.csv\.gz' is a gzip that is cut off.*\(the 1 before it stay loaded\)$/,
    );
    expect(await warehouse.partitions()).toMatchObject([{ symbol: 'BTCUSDT', interval: '1h', rows: 2 }]);
    expect(await rejects()).toEqual([]);
    expect((await warehouse.runs(1))[0]).toMatchObject({
      status: 'FAILED',
      detail: expect.stringContaining('cut off'),
    });
  });

  it.each<[string, () => string, RegExp]>([
    ['no such file', () => join(folder, 'GONE-1h.csv'), /no file 'GONE-1h\.csv'/],
    ['an empty file', () => put('EMPTY-1h.csv', Buffer.alloc(0)), /'EMPTY-1h\.csv' is empty/],
    [
      'a binary file',
      () => put('BIN-1h.csv', Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i) & 255))),
      /'BIN-1h\.csv' holds no klines but binary/,
    ],
    [
      'prose',
      () =>
        put(
          'PROSE-1h.csv',
          Array.from({ length: 2000 }, () => 'lorem ipsum'),
        ),
      /'PROSE-1h\.csv' holds no klines/,
    ],
  ])('%s', async (_what, path, message) => {
    const error = await loadFile(warehouse, path(), OPTIONS).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(message);
    expect(await warehouse.partitions()).toEqual([]);
  });

  it('a name that says nothing is found before anything is loaded', async () => {
    const nameless = put('klines.csv', [line(0)]);
    await expect(loadFiles(warehouse, [sound(), nameless], OPTIONS)).rejects.toThrow(
      /'klines\.csv' does not say/,
    );
    expect(await warehouse.partitions()).toEqual([]);
    expect(await warehouse.runs(1)).toEqual([]);
    expect(await loadFile(warehouse, nameless, { ...OPTIONS, symbol: 'S', interval: '1h' })).toMatchObject({
      symbol: 'S',
      added: 1,
    });
  });
});

const REAL = join(import.meta.dirname, '../../shared/klines');
// Counts of the README beside the klines.
describe.skipIf(!existsSync(REAL))('real klines (skipped: ../shared/klines is absent)', () => {
  it.each([
    ['BTCUSDT-1h-20180101-20260430.csv.gz', { added: 72_866, truncated: 12 }, [27, 122]],
    ['BTCUSDT-2h-20170817-20260430.csv.gz', { added: 38_083, truncated: 15 }, [18, 53]],
    ['BTCUSDT-4h-20170817-20260430.csv.gz', { added: 19_052, truncated: 21 }, [8, 16]],
    ['BTCUSDT-1d-20170817-20260429.csv.gz', { added: 3178, truncated: 1 }, [0, 0]],
    ['BTCUSDT-15m-20230102-20260430.csv.gz', { added: 116_556, truncated: 1 }, [1, 5]],
    ['CDD_BINANCE_BTCUSDT-1h-20170817-20210811.csv.gz', { conflicts: 2649 }, null],
    ['BITTREX_DASHBTC-1m-20180120-20180130.csv.gz', {}, [1493, 1954]],
    ['COINBASE_BTCUSD-1m-20161007-20180406.csv.gz', {}, [99, 775_257]],
    ['BTCUSDT-1w-20170814-20260420.csv.gz', { conflicts: 0 }, [0, 0]],
  ])('%s', async (name, counts, gaps) => {
    const report = await loadFile(warehouse, join(REAL, name), OPTIONS);
    expect(report).toMatchObject(counts);
    expectWhole(report);
    const known = { TRUNCATED: report.truncated, CONFLICT: report.conflicts };
    for (const [reason, count] of Object.entries(report.rejected))
      expect(known).toHaveProperty(reason, count);
    if (gaps !== null)
      expect(await rowsOf('SELECT count(*), coalesce(sum(missing), 0)::BIGINT FROM kline_gap')).toEqual([
        gaps,
      ]);
    const before = await checksums();
    expect(await loadFile(warehouse, join(REAL, name), OPTIONS)).toMatchObject({ added: 0, newRejects: 0 });
    expect(await checksums()).toEqual(before);
  });

  it('the file that switches to microseconds agrees with the one in milliseconds', async () => {
    await loadFile(warehouse, join(REAL, 'BTCUSDT-15m-20230102-20260430.csv.gz'), OPTIONS);
    const report = await loadFile(warehouse, join(REAL, 'BTCUSDT-15m-ms-then-us.derived.csv'), OPTIONS);
    expect(report).toMatchObject({ added: 0, conflicts: 0, rejected: {} });
    expect(report.duplicates).toBe(report.read);
  });
});

describe('over bars that resample made', () => {
  /** Five hours: of the four that end a 2h bucket one is missing. */
  const hours = () =>
    put(
      'BTCUSDT-1h-a.csv',
      [0, 1, 2, 4, 5].map((bar) => line(bar)),
    );
  const twoHours = (bar: number, close: number): string => {
    const open = T0 + 2 * bar * HOUR;
    return [open, 100, 110, 90, close, 30, open + 2 * HOUR - 1, 3000, 90, 12, 1300].join(',');
  };
  const exchange = () => put('BTCUSDT-2h-x.csv', [twoHours(0, 105), twoHours(1, 106), twoHours(2, 107)]);
  const bars = () =>
    rowsOf(`SELECT close_time, "close" FROM v_kline WHERE "interval" = '2h' ORDER BY close_time`);
  const marks = () => rowsOf('SELECT close_time, bars FROM v_kline_derivation ORDER BY close_time');
  const derive = () => resample(warehouse, { from: '1h', to: ['2h'], partial: true });

  it('a loaded bar takes the place of one of an incomplete bucket; a whole one stands', async () => {
    await loadFile(warehouse, hours(), OPTIONS);
    await derive();
    expect(await marks()).toEqual([
      [closeOf(1), 2],
      [closeOf(3), 1],
      [closeOf(5), 2],
    ]);
    const report = await loadFile(warehouse, exchange(), OPTIONS);
    // The two whole ones have other volumes.
    expect(report).toMatchObject({ read: 3, replaced: 1, conflicts: 2, revised: 0, added: 0 });
    expectWhole(report);
    expect(await bars()).toEqual([
      [closeOf(1), 105],
      [closeOf(3), 106],
      [closeOf(5), 105],
    ]);
    expect((await marks()).map(([time]) => time)).toEqual([closeOf(1), closeOf(5)]);
    expect(await rowsOf('SELECT * FROM kline_revision')).toEqual([]);
    const change = (await warehouse.klineChanges(0)).at(-1)!;
    expect(change).toMatchObject({
      interval: '2h',
      added: 0,
      revised: 1,
      fromTime: closeOf(3),
      toTime: closeOf(3),
    });
    const after = await checksums();
    expect(await loadFile(warehouse, exchange(), OPTIONS)).toMatchObject({ replaced: 0, duplicates: 1 });
    await derive();
    expect(await checksums()).toEqual(after);
  });

  it('the same facts as when the exchange came first', async () => {
    const small = put('BTCUSDT-2h-y.csv', [twoHours(1, 106)]);
    await loadFile(warehouse, hours(), OPTIONS);
    await derive();
    await loadFile(warehouse, small, { ...OPTIONS, revise: true });
    const [one, own] = [await checksums(), await marks()];
    expect(await rowsOf('SELECT * FROM kline_revision')).toEqual([]);
    await warehouse.close();
    warehouse = await openWarehouse(`duckdb:${join(folder, `${++files}.duckdb`)}`);
    await warehouse.migrate(warehouseCatalog());
    await loadFile(warehouse, small, OPTIONS);
    await loadFile(warehouse, hours(), OPTIONS);
    await derive();
    expect([await checksums(), await marks()]).toEqual([one, own]);
  });
});
