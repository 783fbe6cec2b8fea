import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentVersions, loadFiles, plan, recompute, verify } from '../engine/index.js';
import { GRAIN_QUERIES, type Warehouse } from '../warehouse/index.js';
import { temporaryFolder } from './support/cli.js';
import { walkColumns } from './support/market.js';
import { csvOf } from './support/market-files.js';
import { shippedStrategies } from './support/strategies.js';
import { checksumLines, newWarehouse, select } from './support/warehouse.js';

// One truth, reached in every way that SPEC 9 allows: any threads, chunks, order of files, halves, revisions.

const NOW = Date.UTC(2026, 0, 1);
const folder = temporaryFolder();
const MARKET = [
  { name: 'BTCUSDT-1h', rows: 2_700, durationMs: 3_600_000, seed: 1 },
  { name: 'BTCUSDT-15m', rows: 9_000, durationMs: 900_000, seed: 2 },
  { name: 'ETHUSDT-2h', rows: 1_500, durationMs: 7_200_000, seed: 3 },
].map((market) => ({ ...market, columns: walkColumns(market) }));

function file(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

const whole = MARKET.map(({ name, columns }) => file(`${name}-whole.csv`, csvOf(columns)));
const halves = MARKET.map(({ name, rows, columns }) => {
  const middle = Math.floor(rows / 2) + 100;
  return [
    file(`${name}-first.csv`, csvOf(columns, 0, middle)),
    file(`${name}-second.csv`, csvOf(columns, middle)),
  ] as const;
});

const open: Warehouse[] = [];
async function warehouse(name: string): Promise<Warehouse> {
  const opened = await newWarehouse(folder.path, name);
  open.push(opened);
  return opened;
}

let reference: Warehouse;
let truth: string[];

beforeAll(async () => {
  reference = await warehouse('reference');
  await loadFiles(reference, whole, { now: NOW });
  await recompute(reference, { threads: 2 });
  truth = await checksumLines(reference);
});

afterAll(async () => {
  for (const opened of open) await opened.close();
  folder.dispose();
});

describe('recompute', () => {
  it('writes every fact of every partition, each grain once', async () => {
    // 3 partitions: klines and indicators once each, metrics, predictions and results of 2 strategies where they apply
    // (btc-2h looks ahead 4h: everywhere; trend-momentum takes 15m to 4h: everywhere).
    expect(truth.map((line) => line.split(' ')[0])).toEqual([
      ...Array(3).fill('fact_indicator'),
      ...Array(3).fill('fact_kline'),
      ...Array(6).fill('fact_metric_value'),
      ...Array(6).fill('fact_prediction'),
      ...Array(6).fill('fact_prediction_result'),
    ]);
    for (const [table, sql] of Object.entries(GRAIN_QUERIES))
      expect([table, await select(reference, sql)]).toEqual([table, []]);
  });

  it('finds nothing to do the second time', async () => {
    expect(await recompute(reference, { threads: 2 })).toMatchObject({ runId: null, tasks: [] });
  });

  it.each([
    { threads: 0, chunkRows: 1_000 },
    { threads: 1, chunkRows: 65_536 },
    { threads: 2, chunkRows: 1_000 },
    { threads: 0, chunkRows: 65_536 },
  ])(
    'gives the same checksums with $threads threads and chunks of $chunkRows rows, forced',
    async (options) => {
      const report = await recompute(reference, { ...options, force: true });
      expect(report.tasks.map((task) => task.reason)).toEqual(['forced', 'forced', 'forced']);
      expect(await checksumLines(reference)).toEqual(truth);
    },
  );

  it('gives the same checksums for files in another order, with a recompute after each', async () => {
    const other = await warehouse('order');
    for (const path of [...whole].reverse()) {
      await loadFiles(other, [path], { now: NOW });
      await recompute(other, { threads: 0, chunkRows: 777 });
    }
    // The 15m bars came after the 2h and before the 1h ones: no contested exit may depend on that.
    expect(await checksumLines(other)).toEqual(truth);
  });

  it('gives the same checksums for two halves with a recompute between them, second halves first decided coarse', async () => {
    const other = await warehouse('halves');
    await loadFiles(
      other,
      halves.map(([first]) => first),
      { now: NOW },
    );
    await recompute(other, { threads: 2, chunkRows: 500 });
    await loadFiles(
      other,
      halves.filter((_, i) => i !== 1).map(([, second]) => second),
      { now: NOW },
    );
    const report = await recompute(other, { threads: 2 });
    // Only the new bars: each pass starts behind the first half.
    expect(report.tasks.map(({ reason }) => reason)).toEqual(['new bars', 'new bars']);
    expect(report.bars).toBe(2_700 - 1_450 + 1_500 - 850);
    await loadFiles(other, [halves[1]![1]], { now: NOW });
    const late = await recompute(other, { threads: 1 });
    expect(late.tasks.map(({ interval, reason }) => [interval, reason])).toContainEqual(['1h', 'finer bars']);
    expect(await checksumLines(other)).toEqual(truth);
  });

  it('has nothing under way any more when it fails, also in the passes that never came to write', async () => {
    const other = await warehouse('stopped');
    await loadFiles(other, whole, { now: NOW });
    let scans = 0;
    // A warehouse that is closed under a query hangs for ever, so every reading must have ended by then.
    const counting = new Proxy(other, {
      get(target, name) {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function') return member;
        if (name !== 'scanKlines' && name !== 'scanKlinesWithin') return member.bind(target);
        return async function* (...args: unknown[]) {
          scans++;
          try {
            yield* member.apply(target, args) as AsyncIterable<unknown>;
          } finally {
            scans--;
          }
        };
      },
    });
    const onBars = (): void => {
      expect(scans).toBeGreaterThan(0);
      throw new Error('stopped');
    };
    await expect(recompute(counting, { threads: 1, chunkRows: 500, onBars })).rejects.toThrow('stopped');
    expect(scans).toBe(0);
    await recompute(other, { threads: 1 });
    expect(await checksumLines(other)).toEqual(truth);
  });

  it('recomputes from a revised bar on, and ends where a load of the revised bars ends', async () => {
    const { columns, rows } = MARKET[0]!;
    const revisedColumns = columns.map((column) => column.slice());
    const at = 1_700;
    revisedColumns[2]![at]! += 5;
    revisedColumns[5]![at]! += 17;
    const patch = file('BTCUSDT-1h-patch.csv', csvOf(revisedColumns, at, at + 1));
    const all = file('BTCUSDT-1h-revised.csv', csvOf(revisedColumns));

    const fresh = await warehouse('fresh');
    await loadFiles(fresh, [all, whole[1]!, whole[2]!], { now: NOW });
    await recompute(fresh, { threads: 2 });

    const revised = await warehouse('revised');
    await loadFiles(revised, whole, { now: NOW });
    await recompute(revised, { threads: 2 });
    await loadFiles(revised, [patch], { now: NOW, revise: true });
    const report = await recompute(revised, { threads: 2 });
    expect(report.tasks).toMatchObject([
      { symbol: 'BTCUSDT', interval: '1h', reason: 'changed bars', bars: rows - at },
    ]);
    expect(await checksumLines(revised)).toEqual(await checksumLines(fresh));
    expect(await select(revised, 'SELECT count(*) FROM kline_revision')).toEqual([[1]]);
    expect((await verify(revised, { threads: 0 })).problems).toEqual([]);
  });

  it('computes a new strategy version alone and keeps the old one', async () => {
    const other = await warehouse('version');
    await loadFiles(other, [whole[2]!], { now: NOW });
    await recompute(other, { threads: 0 });
    const before = await checksumLines(other);
    const [btc] = shippedStrategies();
    const document = {
      ...btc!.document,
      description: 'another',
      scoring: { ...btc!.document.scoring, min_edge: 0.5 },
    };
    expect(await other.importStrategy(document, 'another-hash', 1)).toEqual({ version: 2, created: true });
    const report = await recompute(other, { threads: 0 });
    expect(report.tasks).toMatchObject([
      { symbol: 'ETHUSDT', reason: 'never computed', codes: 0, strategies: ['btc-2h@2'] },
    ]);
    const after = await checksumLines(other);
    expect(after.filter((line) => !line.includes('btc-2h@2'))).toEqual(before);
    expect(after.filter((line) => line.includes('btc-2h@2'))).toHaveLength(3);
    const tasks = await other.tasks(report.runId!);
    expect(tasks.map(({ stage }) => stage)).toEqual(['strategy']);
  });

  it('recomputes exactly what descends from a raised kernel version, by the ledger', async () => {
    const other = await warehouse('kernel');
    await loadFiles(other, [whole[2]!], { now: NOW });
    await recompute(other, { threads: 0 });
    const before = await checksumLines(other);
    const versions = currentVersions();
    const raise = (from: string, to: string) => ({
      ...versions,
      codes: Object.fromEntries(
        Object.entries(versions.codes).map(([code, text]) => [code, text.replaceAll(from, to)]),
      ),
    });
    // PSAR is read by no shipped strategy; RSI by STOCH_RSI14 and by both strategies.
    const psar = await recompute(other, { threads: 0, versions: raise('psar@1', 'psar@2') });
    expect((await other.tasks(psar.runId!)).map(({ stage, codes }) => [stage, codes])).toEqual([
      ['indicators', ['PSAR']],
    ]);
    await recompute(other, { threads: 0 });
    const rsi = await recompute(other, { threads: 0, versions: raise('rsi@1', 'rsi@2') });
    const tasks = await other.tasks(rsi.runId!);
    expect(tasks.map(({ stage, codes }) => [stage, codes])).toEqual([
      ['indicators', ['RSI14', 'STOCH_RSI14']],
      ['strategy', []],
      ['strategy', []],
    ]);
    expect(await checksumLines(other)).toEqual(before);
  });
});

describe('verify', () => {
  it('passes on what recompute wrote and lists every partition once', async () => {
    const report = await verify(reference, { threads: 2 });
    expect(report.problems).toEqual([]);
    expect(report.stale).toEqual([]);
    expect(report.checksums).toHaveLength(truth.length);
  });

  it('says what waits for a recompute', async () => {
    const other = await warehouse('waiting');
    await loadFiles(other, [whole[2]!], { now: NOW });
    expect(await verify(other, { threads: 0 })).toMatchObject({
      stale: [{ symbol: 'ETHUSDT', interval: '2h', reason: 'never computed' }],
    });
    expect((await plan(other, {})).plans.map(({ partition }) => partition.symbol)).toEqual(['ETHUSDT']);
  });
});
