import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_MYSQL, type TestServer, testServer } from '../warehouse/testing/mysql.js';
import { cli, HAS_KLINES, KLINES } from './cli-process.js';
import { temporaryFolder } from './support/cli.js';
import { writeMarket } from './support/market-files.js';

// SPEC 7: the same facts give the same report, byte for byte, from a DuckDB file and from MySQL through its replica. The
// twin is the other backend: it loads, computes and stores the same klines by itself.

const RUNS = 10;
const REPLICA = 'replica.duckdb';
const MARKET = HAS_KLINES ? 'BTCUSDT 1h' : 'a made-up market: ../shared/klines is absent';

describe.skipIf(NO_MYSQL)(`report on mysql, ${MARKET} (set KLINEMILL_TEST_MYSQL)`, () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let mysql: string;

  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cli(args, { cwd: folder.path });
    expect([args, code, stderr]).toEqual([args, 0, expect.not.stringMatching(/klinemill:klinemill| {4}at /)]);
    return stdout;
  };
  const report = (warehouse: string, ...args: string[]): Promise<string> =>
    run('report', '--strategy', 'trend-momentum', '--json', '--warehouse', warehouse, ...args);

  beforeAll(async () => {
    server = await testServer();
    mysql = await server.createDatabase();
    const [file] = HAS_KLINES
      ? [join(KLINES, 'BTCUSDT-1h-20180101-20260430.csv.gz')]
      : writeMarket(folder.path, [{ symbol: 'BTCUSDT', interval: '1h', rows: 20_000, seed: 7 }]);
    for (const warehouse of ['duckdb:own.duckdb', mysql]) {
      await run('migrate', '--warehouse', warehouse);
      await run('load', file!, '--warehouse', warehouse);
      await run('recompute', '--strategy', 'trend-momentum', '--warehouse', warehouse);
    }
  }, 600_000);

  afterAll(async () => {
    await server?.dropAll();
    await server?.end();
    folder.dispose();
  });

  it.each([
    ['overall', []],
    ['by regime', ['--by', 'regime']],
  ])(
    `is the same, %s, ${RUNS} times each`,
    async (_, args) => {
      const texts = new Set<string>();
      for (let i = 0; i < RUNS; i++) {
        // Every fifth time the replica is made anew: its row groups are its own.
        const replica = i % 5 === 0 ? `replica-${args.length}-${i}.duckdb` : REPLICA;
        texts.add(await report(mysql, ...args, '--replica', replica));
        if (i % 5 === 0) texts.add(await report('duckdb:own.duckdb', ...args));
      }
      expect(texts.size).toBe(1);
      const { rows, overall } = JSON.parse([...texts][0]!);
      expect(rows).toHaveLength(args.length === 0 ? 1 : 8);
      expect(overall[0].wins + overall[0].losses).toBeGreaterThan(1_000);
    },
    600_000,
  );
});
