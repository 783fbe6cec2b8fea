import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyWarehouse, warehouseCatalog } from '../engine/index.js';
import { openWarehouse, type Warehouse } from '../warehouse/index.js';
import { NO_MYSQL, type TestServer, testServer } from '../warehouse/testing/mysql.js';
import { replicaContract } from './replica.case.js';
import { temporaryFolder } from './support/cli.js';
import { writeMarket } from './support/market-files.js';
import { computeAll, killConnections, loadedWarehouse } from './support/mysql.js';
import { shippedStrategies } from './support/strategies.js';
import { checksumLines, newWarehouse } from './support/warehouse.js';

// The replica of a MySQL warehouse, and copies both ways.

describe.skipIf(NO_MYSQL)('mysql (set KLINEMILL_TEST_MYSQL; npm run test:services does)', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let files = 0;

  beforeAll(async () => {
    server = await testServer();
  });

  afterAll(async () => {
    await server?.dropAll();
    await server?.end();
    folder.dispose();
  });

  async function migrated(url: string): Promise<Warehouse> {
    const warehouse = await openWarehouse(url);
    await warehouse.migrate(warehouseCatalog());
    return warehouse;
  }

  replicaContract('mysql to duckdb', {
    source: async () => {
      const warehouse = await migrated(await server.createDatabase());
      for (const { document, contentHash } of shippedStrategies())
        await warehouse.importStrategy(document, contentHash, 0);
      return warehouse;
    },
    target: () => migrated(`duckdb:${join(folder.path, `target-${files++}.duckdb`)}`),
  });

  replicaContract('duckdb to mysql', {
    source: () => newWarehouse(folder.path, `source-${files++}`),
    target: async () => migrated(await server.createDatabase()),
  });

  describe('a connection that is killed in mid-copy', () => {
    const FILES = [
      { symbol: 'BTCUSDT', interval: '1h', rows: 3_000, seed: 51 },
      { symbol: 'ETHUSDT', interval: '1h', rows: 3_000, seed: 52 },
    ];

    it.each([
      ['mysql to duckdb', 'source'],
      ['duckdb to mysql', 'target'],
    ])('%s: the rest is copied', async (_, side) => {
      const url = await server.createDatabase();
      const [from, to] = side === 'source' ? [url, 'duckdb::memory:'] : ['duckdb::memory:', url];
      const source = await loadedWarehouse(from, writeMarket(folder.path, FILES, side));
      await computeAll(source);
      const target = await migrated(to);
      const killings: Promise<void>[] = [];
      let rows = 0;
      const report = await copyWarehouse(source, target, {
        onRows: (copied) => {
          rows += copied;
          // In mid-partition: in the first, and once more in the second.
          if (rows > 4_000 * (1 + 4 * killings.length) && killings.length < 2)
            killings.push(killConnections(server, url));
        },
      });
      await Promise.all(killings);
      expect(killings).toHaveLength(2);
      expect(report.partitions.map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'ETHUSDT']);
      // What was copied in vain is no part of the report.
      expect(report.rows).toBeLessThan(rows);
      expect(await checksumLines(target)).toEqual(await checksumLines(source));
      await source.close();
      await target.close();
    });
  });
});
