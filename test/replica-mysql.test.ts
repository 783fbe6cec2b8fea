import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { warehouseCatalog } from '../engine/index.js';
import { openWarehouse, type Warehouse } from '../warehouse/index.js';
import { NO_MYSQL, type TestServer, testServer } from '../warehouse/testing/mysql.js';
import { replicaContract } from './replica.case.js';
import { temporaryFolder } from './support/cli.js';
import { shippedStrategies } from './support/strategies.js';
import { newWarehouse } from './support/warehouse.js';

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
});
