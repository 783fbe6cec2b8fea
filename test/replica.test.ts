import { join } from 'node:path';
import { afterAll } from 'vitest';
import { warehouseCatalog } from '../engine/index.js';
import { openWarehouse } from '../warehouse/index.js';
import { replicaContract } from './replica.case.js';
import { temporaryFolder } from './support/cli.js';
import { newWarehouse } from './support/warehouse.js';

const folder = temporaryFolder();
afterAll(() => folder.dispose());
let files = 0;

replicaContract('duckdb to duckdb', {
  source: () => newWarehouse(folder.path, `source-${files++}`),
  target: async () => {
    const warehouse = await openWarehouse(`duckdb:${join(folder.path, `target-${files++}.duckdb`)}`);
    await warehouse.migrate(warehouseCatalog());
    return warehouse;
  },
});
