import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_MYSQL, type TestServer, testServer } from '../warehouse/testing/mysql.js';
import { cli } from './cli-process.js';
import { temporaryFolder } from './support/cli.js';
import { writeMarket } from './support/market-files.js';

// Every command that reads tells the same of a MySQL warehouse as of a DuckDB file that was filled from the same klines by itself.

describe.skipIf(NO_MYSQL)('commands on mysql (set KLINEMILL_TEST_MYSQL; npm run test:services does)', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let mysql: string;

  const run = async (warehouse: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cli([...args, '--warehouse', warehouse], { cwd: folder.path });
    expect([args, code, stderr]).toEqual([args, 0, expect.not.stringMatching(/klinemill:klinemill| {4}at /)]);
    return stdout;
  };

  beforeAll(async () => {
    server = await testServer();
    mysql = await server.createDatabase();
    const files = writeMarket(folder.path, [
      { symbol: 'BTCUSDT', interval: '2h', rows: 3_000, seed: 61 },
      { symbol: 'ETHUSDT', interval: '1h', rows: 2_000, seed: 62 },
    ]);
    for (const warehouse of ['duckdb:own.duckdb', mysql]) {
      await run(warehouse, 'load', ...files);
      await run(warehouse, 'recompute');
    }
  });

  afterAll(async () => {
    await server?.dropAll();
    await server?.end();
    folder.dispose();
  });

  it.each([
    'status',
    'gaps',
    'check',
    'verify',
    'verify --symbol BTCUSDT',
    'audit',
    'audit --all --strategy trend-momentum',
    'report',
    'explain --symbol BTCUSDT --interval 2h --strategy btc-2h --at 2020-04-01T00:00:00Z',
  ])('%s', async (command) => {
    const documents = [];
    for (const warehouse of ['duckdb:own.duckdb', mysql])
      documents.push({
        // When it was computed, and how long that took, is each one's own.
        ...JSON.parse(await run(warehouse, ...command.split(' '), '--json'), (name, value) =>
          ['started_at', 'elapsed_ms'].includes(name) ? 0 : value,
        ),
        warehouse: '',
      });
    expect(documents[1]).toEqual(documents[0]);
  });

  it.each(['fact_kline', 'fact_indicator', 'fact_prediction_result', 'dim_metric', 'kline_gap'])(
    'export %s',
    async (table) => {
      const texts = [];
      for (const [i, warehouse] of ['duckdb:own.duckdb', mysql].entries()) {
        const file = `${table}-${i}.csv`;
        await run(warehouse, 'export', table, '--out', file);
        texts.push(readFileSync(join(folder.path, file), 'utf8'));
      }
      expect(texts[1]!.split('\n').length).toBeGreaterThan(table === 'kline_gap' ? 1 : 20);
      expect(texts[1] === texts[0]).toBe(true);
    },
  );
});
