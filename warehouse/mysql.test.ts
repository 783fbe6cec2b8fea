import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { openWarehouse } from './open.js';
import { NO_MYSQL, type TestServer, testServer } from './testing/mysql.js';
import { CATALOG } from './testing/samples.js';
import { warehouseContract } from './warehouse.case.js';
import type { Warehouse } from './warehouse.js';

describe.skipIf(NO_MYSQL)('mysql (set KLINEMILL_TEST_MYSQL; npm run test:services does)', () => {
  const opened: Warehouse[] = [];
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
  });

  afterEach(async () => {
    for (const warehouse of opened.splice(0)) await warehouse.close();
    await server.dropAll();
  });

  afterAll(() => server?.end());

  async function make(): Promise<Warehouse> {
    const warehouse = await openWarehouse(await server.createDatabase());
    opened.push(warehouse);
    await warehouse.migrate(CATALOG);
    return warehouse;
  }

  warehouseContract('mysql', make);
});
