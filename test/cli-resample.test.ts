import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { CHECK_OUTPUT } from '../cli/schemas/check.js';
import { RESAMPLE_OUTPUT } from '../cli/schemas/resample.js';
import { cli, type Ended } from './cli-process.js';
import { temporaryFolder } from './support/cli.js';
import { walkColumns } from './support/market.js';
import { csvOf } from './support/market-files.js';

// `resample` and `check` through their own processes, on the built program and a real database.

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
const env = { KLINEMILL_WAREHOUSE: `duckdb:${at('facts.duckdb')}` };
const run = (...args: string[]): Promise<Ended> => cli(args, { cwd: folder.path, env });

// 100 bars of 15m, the last hour complete, none missing: 25 hours, one whole day.
const market = walkColumns({ seed: 8, rows: 100, durationMs: 15 * 60_000, gaps: 0 });
const file = (name: string, start: number, end: number): string => {
  writeFileSync(at(name), csvOf(market, start, end));
  return at(name);
};

async function json<Schema extends z.ZodType>(schema: Schema, ...args: string[]): Promise<z.infer<Schema>> {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect([code, stderr], args.join(' ')).toEqual([0, expect.not.stringContaining('    at ')]);
  return schema.parse(JSON.parse(stdout)) as z.infer<Schema>;
}
const resample = (...args: string[]) =>
  json(RESAMPLE_OUTPUT, 'resample', '--from', '15m', '--to', '1h,1d', ...args);
const figures = ({ tasks }: z.infer<typeof RESAMPLE_OUTPUT>) =>
  tasks.map(({ symbol, from, to, added, replaced, incomplete }) => [
    symbol,
    `${from} to ${to}`,
    { added, replaced, incomplete },
  ]);

beforeAll(async () => {
  expect((await run('load', file('BTCUSDT-15m-a.csv', 0, 98))).code).toBe(0);
});
afterAll(() => folder.dispose());

describe('resample', () => {
  it('derives complete buckets, then what is new, then nothing', async () => {
    expect(figures(await resample())).toEqual([
      ['BTCUSDT', '15m to 1h', { added: 24, replaced: 0, incomplete: 1 }],
      ['BTCUSDT', '15m to 1d', { added: 1, replaced: 0, incomplete: 1 }],
    ]);
    expect((await resample()).run_id).toBeNull();
    expect(figures(await resample('--partial'))).toEqual([
      ['BTCUSDT', '15m to 1h', { added: 1, replaced: 0, incomplete: 0 }],
      ['BTCUSDT', '15m to 1d', { added: 1, replaced: 0, incomplete: 0 }],
    ]);
    await run('load', file('BTCUSDT-15m-b.csv', 98, 100));
    const text = await run('resample', '--from', '15m', '--to', '1h');
    expect(text.stdout).toMatch(/BTCUSDT +15m +1h +4 +0 +1 +0 +0 +0 .*new bars\nrun \d+: 4 bars in/);
    expect((await run('resample', '--from', '15m', '--to', '1h')).stdout).toBe(
      'nothing is stale: nothing was derived or written\n',
    );
  });

  it('a loaded bar that says something else stands, and is told', async () => {
    const hour = market.map((column) => column.slice(0, 1));
    hour[6]![0] = hour[0]![0]! + 3_600_000 - 1;
    hour[2]![0] = 10_000;
    writeFileSync(at('ETHUSDT-1h-a.csv'), csvOf(hour));
    writeFileSync(at('ETHUSDT-15m-a.csv'), csvOf(market, 0, 8));
    await run('load', at('ETHUSDT-1h-a.csv'), at('ETHUSDT-15m-a.csv'));
    const { code, stderr } = await run('resample', '--from', '15m', '--to', '1h', '--symbol', 'ETHUSDT');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^klinemill: ETHUSDT 1h: 1 loaded bar not as derived from 15m, left as loaded \(--revise replaces\); first at 2019-12-30 00:59:59: high is 10000, derived \d/,
    );
    const revised = await resample('--symbol', 'ETHUSDT', '--revise');
    expect(revised.tasks[0]).toMatchObject({ to: '1h', revised: 1, kept: 1, conflicts: 0 });
  });

  it.each([
    [['--to', '1h'], /required option '--from <interval>' not specified/],
    [['--from', '15m', '--to', '1h,7m'], /'1h,7m' is invalid.*one of 1m, 3m/],
    [['--from', '15m', '--to', '5m'], /'5m' cannot be derived from 15m; allowed: 30m, 1h/],
    [['--from', '1m', '--to', '1h'], /no klines of 1m are loaded; loaded are BTCUSDT 15m/],
  ])('mistakes: %j', async (args, line) => {
    const { code, stdout, stderr } = await run('resample', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('check', () => {
  it('one line each; what the market is like is no error', async () => {
    const { code, stdout } = await run('check');
    const lines = stdout.trimEnd().split('\n');
    expect([code, lines.length, lines.at(-1)]).toEqual([0, 12, 'no errors']);
    expect(lines[1]).toBe('ok    grain        every key stands once');
    expect(lines[10]).toMatch(/^info {2}stale {8}\d+ rows$/);
    const { checks, errors } = await json(CHECK_OUTPUT, 'check');
    expect([errors, checks.length, checks.flatMap(({ rows }) => rows)]).toEqual([0, 10, []]);
  });

  it('an error: exit code 1, and with --rows where', async () => {
    const instance = await DuckDBInstance.create(at('facts.duckdb'));
    const connection = await instance.connect();
    const closeTime = market[6]![9]!;
    await connection.run(
      `UPDATE fact_kline SET volume = -1 WHERE close_time IN (${closeTime}, ${market[6]![10]})`,
    );
    connection.closeSync();
    instance.closeSync();
    const text = await run('check', '--rows');
    expect([text.code, text.stdout.trimEnd().split('\n').at(-1)]).toEqual([1, '1 check found errors']);
    expect(text.stdout).toMatch(/^ERROR {2}ranges +2 rows$/m);
    expect(text.stdout).toMatch(
      /^fact_kline +- +BTCUSDT +15m +2019-12-30 02:29:59 +volume is below 0: open/m,
    );
    const { code, stdout } = await run('check', '--rows', '1', '--json');
    expect(code).toBe(1);
    const { errors, checks } = CHECK_OUTPUT.parse(JSON.parse(stdout));
    expect(errors).toBe(1);
    const ranges = checks.find(({ check }) => check === 'ranges')!;
    expect(ranges).toMatchObject({ level: 'error', found: 2, rows: [{ at: closeTime, interval: '15m' }] });
  });
});
