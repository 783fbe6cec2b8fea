import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_OUTPUT } from '../cli/schemas/index.js';
import { NO_MYSQL, type TestServer, testServer } from '../warehouse/testing/mysql.js';
import { cli } from './cli-process.js';
import { temporaryFolder } from './support/cli.js';
import { writeMarket } from './support/market-files.js';

describe.skipIf(NO_MYSQL)('start on mysql (set KLINEMILL_TEST_MYSQL; npm run test:services does)', () => {
  const folder = temporaryFolder();
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
  });

  afterAll(async () => {
    await server?.dropAll();
    await server?.end();
    folder.dispose();
  });

  it('reports what it reports on DuckDB', async () => {
    const files = writeMarket(folder.path, [{ symbol: 'BTCUSDT', interval: '1h', rows: 3_000, seed: 7 }]);
    const report = async (warehouse: string) => {
      const { code, stdout, stderr } = await cli(['start', ...files, '--warehouse', warehouse, '--json'], {
        cwd: folder.path,
      });
      expect([code, stderr]).toEqual([0, expect.not.stringMatching(/password|klinemill:klinemill| {4}at /)]);
      return JSON_OUTPUT.start.parse(JSON.parse(stdout)).report;
    };
    const expected = await report('duckdb:own.duckdb');
    expect(expected.length).toBeGreaterThan(0);
    expect(await report(await server.createDatabase())).toEqual(expected);
  });
});
