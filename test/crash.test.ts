import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRAIN_QUERIES, openWarehouse } from '../warehouse/index.js';
import { klinemill, temporaryFolder } from './support/cli.js';
import { random } from './support/market.js';
import { writeMarket } from './support/market-files.js';
import { checksumLines, select } from './support/warehouse.js';

// SIGKILL at random moments of load and recompute: the next run converges to the checksums of an undisturbed one, and
// between the two no partition is ever seen half-written (SPEC 9).

const folder = temporaryFolder();
const FILES = writeMarket(folder.path, [
  { symbol: 'BTCUSDT', interval: '15m', rows: 20_000, seed: 21 },
  { symbol: 'BTCUSDT', interval: '1h', rows: 8_000, seed: 22 },
  { symbol: 'ETHUSDT', interval: '2h', rows: 5_000, seed: 23 },
]);
const ROWS: Record<string, number> = { 'BTCUSDT|15m': 20_000, 'BTCUSDT|1h': 8_000, 'ETHUSDT|2h': 5_000 };
/** Few by default; KLINEMILL_CRASH_MOMENTS=10 for the campaign. */
const MOMENTS = Number(process.env.KLINEMILL_CRASH_MOMENTS ?? 3);

const url = (name: string): string => `duckdb:${join(folder.path, `${name}.duckdb`)}`;
const load = (name: string) => ['load', ...FILES, '--warehouse', url(name)];
const recompute = (name: string) => [
  'recompute',
  '--threads',
  '2',
  '--chunk-rows',
  '2000',
  '--warehouse',
  url(name),
];

async function run(args: readonly string[]): Promise<string> {
  const outcome = await klinemill(args);
  expect(outcome.stderr + outcome.stdout, args.join(' ')).not.toContain('    at ');
  expect(outcome.code, outcome.stderr).toBe(0);
  return outcome.stdout;
}

const derive = (name: string) => [
  ...['resample', '--from', '15m', '--to', '30m,1h,4h,1d', '--partial', '--warehouse', url(name)],
];
const derivations = (name: string): Promise<string> =>
  run(['export', 'kline_derivation', '--warehouse', url(name)]);

const checksums = async (name: string): Promise<string> =>
  run(['verify', '--json', '--warehouse', url(name)]);

/** Bars that nobody computed from: there is nothing for `verify` to look at. */
async function barsOf(name: string): Promise<string> {
  const warehouse = await openWarehouse(url(name));
  try {
    return (await checksumLines(warehouse)).join('\n');
  } finally {
    await warehouse.close();
  }
}

/** What a reader sees after a kill: whole files and whole passes only. */
async function expectWholePartitions(name: string): Promise<void> {
  if (!existsSync(join(folder.path, `${name}.duckdb`))) return;
  const warehouse = await openWarehouse(url(name));
  try {
    const tables = await select(
      warehouse,
      "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'stage_head'",
    );
    if (Number(tables[0]![0]) === 0) return;
    for (const { symbol, interval, rows } of await warehouse.partitions())
      expect([symbol, interval, rows]).toEqual([symbol, interval, ROWS[`${symbol}|${interval}`]]);
    for (const [table, sql] of Object.entries(GRAIN_QUERIES))
      expect([table, await select(warehouse, sql)]).toEqual([table, []]);
    const heads = await warehouse.heads();
    const written = await select(
      warehouse,
      'SELECT symbol, "interval", count(*) FROM fact_indicator WHERE indicator = \'OBV\' GROUP BY ALL',
    );
    // OBV is known from the first bar: a row a bar where the indicators are done, none where they are not.
    expect(written.map(([symbol, interval, rows]) => `${symbol}|${interval}|${rows}`).sort()).toEqual(
      heads
        .filter((head) => head.strategyId === null)
        .map(({ symbol, interval }) => `${symbol}|${interval}|${ROWS[`${symbol}|${interval}`]}`)
        .sort(),
    );
  } finally {
    await warehouse.close();
  }
}

let truth = '';
let loadMs = 0;
let recomputeMs = 0;
let resampleMs = 0;
let derived: string[] = [];

beforeAll(async () => {
  await run(['migrate', '--warehouse', url('truth')]);
  const started = performance.now();
  await run(load('truth'));
  loadMs = performance.now() - started;
  const loaded = performance.now();
  await run(recompute('truth'));
  recomputeMs = performance.now() - loaded;
  truth = await checksums('truth');
  await run(['load', FILES[0]!, '--warehouse', url('derived')]);
  const deriving = performance.now();
  await run(derive('derived'));
  resampleMs = performance.now() - deriving;
  derived = [await barsOf('derived'), await derivations('derived')];
});

afterAll(() => folder.dispose());

describe('SIGKILL', () => {
  const next = random(Number(process.env.KLINEMILL_SEED ?? 1));
  const moments = Array.from({ length: MOMENTS }, (_, i) => ({ i, share: next() }));
  const killed: (NodeJS.Signals | null)[] = [];

  it.each(moments)('during load, moment $i: the next run converges', async ({ i, share }) => {
    const name = `load-${i}`;
    await run(['migrate', '--warehouse', url(name)]);
    killed.push((await klinemill(load(name), { killAfterMs: share * loadMs })).signal);
    await expectWholePartitions(name);
    await run(load(name));
    await run(recompute(name));
    expect(await checksums(name)).toBe(truth);
  });

  it.each(moments)('during recompute, moment $i: the next run converges', async ({ i, share }) => {
    const name = `recompute-${i}`;
    await run(load(name));
    killed.push((await klinemill(recompute(name), { killAfterMs: share * recomputeMs })).signal);
    await expectWholePartitions(name);
    await run(recompute(name));
    expect(await checksums(name)).toBe(truth);
  });

  it.each(moments)('during resample, moment $i: the next run converges', async ({ i, share }) => {
    const name = `resample-${i}`;
    await run(['load', FILES[0]!, '--warehouse', url(name)]);
    killed.push((await klinemill(derive(name), { killAfterMs: share * resampleMs })).signal);
    await run(derive(name));
    expect([await barsOf(name), await derivations(name)]).toEqual(derived);
    expect(await run(derive(name))).toContain('nothing is stale');
  });

  it('came before the end of most runs', () => {
    const hits = killed.filter((signal) => signal === 'SIGKILL').length;
    expect(hits).toBeGreaterThan(killed.length / 2);
  });
});
