import { createHash } from 'node:crypto';
import { GRAIN_QUERIES, type TableRow, type Warehouse } from '../../warehouse/index.js';
import { checksumLines } from './warehouse.js';

/** Made by `migrate` in every warehouse, or told of its connections: `commit_mark` is nobody's content. */
const OWN = ['dim_interval', 'dim_indicator_type', 'schema_version', 'commit_mark'];

/**
 * Everything that two warehouses with the same content have in common, by table: a line a stored row, ids and ledger
 * included; indicators by their checksums.
 */
export async function dumpOf(warehouse: Warehouse): Promise<Record<string, readonly string[]>> {
  const dump: Record<string, string[]> = { checksums: await checksumLines(warehouse) };
  const snapshot = await warehouse.snapshot();
  try {
    for (const table of Object.keys(GRAIN_QUERIES)) {
      if (OWN.includes(table)) continue;
      dump[table] = [];
      for await (const rows of snapshot.readRows(table, {})) dump[table].push(...rows.map(lineOf));
      dump[table].sort();
    }
    return dump;
  } finally {
    await snapshot.close();
  }
}

function lineOf(row: TableRow): string {
  return JSON.stringify(row, (_, cell) =>
    cell instanceof Uint8Array ? createHash('sha256').update(cell).digest('hex') : cell,
  );
}
