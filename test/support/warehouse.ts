import { join } from 'node:path';
import { warehouseCatalog } from '../../engine/index.js';
import { openWarehouse, type PartitionChecksum, type Warehouse } from '../../warehouse/index.js';
import { shippedStrategies } from './strategies.js';

/** A migrated warehouse in `folder` with the shipped strategies, btc-2h for every symbol and interval. */
export async function newWarehouse(folder: string, name: string): Promise<Warehouse> {
  const warehouse = await openWarehouse(`duckdb:${join(folder, `${name}.duckdb`)}`);
  await warehouse.migrate(warehouseCatalog());
  for (const { document, contentHash } of shippedStrategies())
    await warehouse.importStrategy(document, contentHash, 0);
  return warehouse;
}

/** One line a partition and table, sorted: what two warehouses are compared by. */
export async function checksumLines(warehouse: Warehouse): Promise<string[]> {
  const lines: string[] = [];
  for await (const row of warehouse.checksums({})) lines.push(lineOf(row));
  return lines.sort();
}

function lineOf(row: PartitionChecksum): string {
  const strategy = row.strategy === null ? '' : `${row.strategy}@${row.version}`;
  return [row.table, strategy, row.symbol, row.interval, row.rows, row.checksum].join(' ');
}

/** Values of a query, row by row. */
export async function select(warehouse: Warehouse, sql: string): Promise<readonly unknown[][]> {
  return (await warehouse.query(sql)).rows;
}
