import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { JSON_OUTPUT } from '../cli/schemas/index.js';
import { openWarehouse } from '../warehouse/index.js';
import { cli, type Ended } from './cli-process.js';
import { klinemill, temporaryFolder } from './support/cli.js';
import { dumpOf } from './support/dump.js';
import { random, walkColumns } from './support/market.js';
import { csvOf, writeMarket } from './support/market-files.js';

// `replica sync` and `copy` through their own processes; SIGKILL at random moments of both: the next run converges to
// every row of the source.

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
const url = (name: string): string => `duckdb:${at(name)}.duckdb`;
const source = url('source');
const MARKET = [
  { symbol: 'BTCUSDT', interval: '15m', rows: 12_000, seed: 31 },
  { symbol: 'BTCUSDT', interval: '1h', rows: 5_000, seed: 32 },
  { symbol: 'ETHUSDT', interval: '2h', rows: 3_000, seed: 33 },
];
/** Few by default; KLINEMILL_CRASH_MOMENTS=10 for the campaign. */
const MOMENTS = Number(process.env.KLINEMILL_CRASH_MOMENTS ?? 3);
const next = random(Number(process.env.KLINEMILL_SEED ?? 1));
const moments = Array.from({ length: MOMENTS }, (_, i) => ({ i, share: next() }));

const run = (...args: string[]): Promise<Ended> => cli(args, { cwd: folder.path });
async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stderr], args.join(' ')).toEqual([0, expect.not.stringContaining('    at ')]);
  return stdout;
}
async function json<Key extends 'replica sync' | 'copy' | 'report'>(
  key: Key,
  ...args: string[]
): Promise<z.infer<(typeof JSON_OUTPUT)[Key]>> {
  const document = JSON.parse(await ok(...key.split(' '), ...args, '--json'));
  return JSON_OUTPUT[key].parse(document) as z.infer<(typeof JSON_OUTPUT)[Key]>;
}
const sync = (name: string) => ['replica', 'sync', '--warehouse', source, '--replica', `${at(name)}.duckdb`];

async function dump(of: string): Promise<Record<string, readonly string[]>> {
  const warehouse = await openWarehouse(of, { readOnly: true });
  try {
    return await dumpOf(warehouse);
  } finally {
    await warehouse.close();
  }
}

let truth: Record<string, readonly string[]>;
let syncMs = 0;

beforeAll(async () => {
  await ok('load', ...writeMarket(folder.path, MARKET), '--warehouse', source);
  await ok('recompute', '--warehouse', source);
  truth = await dump(source);
  const started = performance.now();
  await ok(...sync('first'));
  syncMs = performance.now() - started;
});
afterAll(() => folder.dispose());

describe('replica sync', () => {
  it('copies what changed, compares, and says so', async () => {
    expect(await dump(url('first'))).toEqual(truth);
    const again = await json('replica sync', ...sync('first').slice(2), '--verify');
    expect(again).toMatchObject({ rows: 0, partitions: [], compared: 15, differing: [], is_reset: false });
    const full = await json('replica sync', ...sync('first').slice(2), '--full');
    expect(full).toMatchObject({ is_reset: true, compared: null });
    expect(full.partitions.map((partition) => partition.is_whole)).toEqual([true, true, true]);
  });

  it('ends with 1 and names what differs', async () => {
    await ok(...sync('broken'));
    const broken = await openWarehouse(url('broken'));
    const { rows } = await broken.query("SELECT symbol_id FROM dim_symbol WHERE symbol = 'ETHUSDT'");
    const session = await broken.begin();
    await session.deleteRows('bar_indicator', { symbol_id: Number(rows[0]![0]) });
    await session.commit();
    await broken.close();
    const { code, stderr } = await run(...sync('broken'), '--verify');
    expect([code, stderr]).toEqual([
      1,
      'klinemill: fact_indicator ETHUSDT 2h differs\nklinemill: not as in the warehouse: 1 checksum; klinemill replica sync --full copies everything again\n',
    ]);
    await ok(...sync('broken'), '--full', '--verify');
  });

  it('comes before a report that is asked of a replica', async () => {
    const direct = await json('report', '--warehouse', source);
    const scanned = await json('report', '--warehouse', source, '--replica', `${at('reporting')}.duckdb`);
    expect(scanned).toEqual(direct);
    expect(await dump(url('reporting'))).toEqual(truth);
  });

  it('has a file of its own for each warehouse, and never the warehouse itself', async () => {
    await ok('replica', 'sync', '--warehouse', source);
    const { replica } = await json('replica sync', '--warehouse', source);
    expect(replica).toMatch(/^duckdb:\.\/data\/replica-[0-9a-f]{12}\.duckdb$/);
    expect(existsSync(at(replica.slice('duckdb:'.length)))).toBe(true);
    const own = await run('replica', 'sync', '--warehouse', source, '--replica', `${at('source')}.duckdb`);
    expect([own.code, own.stderr]).toEqual([
      2,
      expect.stringMatching(/^klinemill: replica: .* is the warehouse itself/),
    ]);
  });

  it.each(moments)('killed at moment $i, converges', async ({ i, share }) => {
    const name = `killed-${i}`;
    await klinemill(sync(name), { killAfterMs: share * syncMs });
    await ok(...sync(name));
    expect(await dump(url(name))).toEqual(truth);
  });
});

describe('copy', () => {
  it('copies into an empty warehouse only', async () => {
    const report = await json('copy', '--from', source, '--to', url('copied'));
    expect(report).toMatchObject({ from: source, to: url('copied'), compared: 15 });
    expect(await dump(url('copied'))).toEqual(truth);
    const again = await run('copy', '--from', source, '--to', url('copied'));
    expect([again.code, again.stderr]).toEqual([
      2,
      expect.stringMatching(/^klinemill: copy: .* is not empty, it holds \d+ runs;/),
    ]);
    const same = await run('copy', '--from', source, '--to', source);
    expect([same.code, same.stderr]).toEqual([
      2,
      'klinemill: copy: --from and --to are the same warehouse\n',
    ]);
  });

  it.each(moments)('killed at moment $i, goes on', async ({ i, share }) => {
    const to = url(`copy-${i}`);
    const { signal } = await klinemill(['copy', '--from', source, '--to', to], {
      killAfterMs: share * syncMs,
    });
    // Killed between its last commit and its end, it is whole: then the next one refuses a target that holds anything.
    if (signal !== null) expect([0, 2]).toContain((await run('copy', '--from', source, '--to', to)).code);
    expect(await dump(to)).toEqual(truth);
  });
});

// Last: it changes the source.
describe('a sync after one new bar', () => {
  it('touches under 1 % of a full one', async () => {
    const [market] = MARKET;
    const columns = walkColumns({ ...market!, rows: market!.rows + 1, durationMs: 900_000 });
    const path = at('BTCUSDT-15m-next.csv');
    writeFileSync(path, csvOf(columns, market!.rows));
    await ok('load', path, '--warehouse', source);
    await ok('recompute', '--warehouse', source);
    const full = await json('replica sync', ...sync('late').slice(2));
    const { values, partitions } = await json('replica sync', ...sync('first').slice(2), '--verify');
    expect(partitions.map(({ interval, is_whole }) => [interval, is_whole])).toEqual([
      ['15m', false],
      ['1h', false],
    ]);
    expect(values).toBeLessThan(full.values / 100);
    expect(await dump(url('first'))).toEqual(await dump(source));
  });
});
