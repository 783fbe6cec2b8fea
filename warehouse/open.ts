import { Database } from './duckdb/database.js';
import { DuckDbWarehouse } from './duckdb/warehouse.js';
import { latestVersion } from './migrations/versions.js';
import type { Warehouse } from './warehouse.js';

export interface OpenOptions {
  /** What DuckDB may hold in memory, e.g. `256MB` (the default) or `2GB`; beyond it spills to disk beside the file. */
  readonly memoryLimit?: string;
  /** Refuses every write; the file must exist. */
  readonly readOnly?: boolean;
}

/**
 * Opens a warehouse. Call `migrate` before anything else unless it is known to be current.
 *
 * @param url `duckdb:PATH` (the folder is made) or `duckdb::memory:` (a new, empty one each time)
 * @throws WarehouseHeldError when another process has the file
 * @throws Error for an unknown scheme, a schema newer than the program (or older, to read), a file that is no warehouse
 */
export async function openWarehouse(url: string, options: OpenOptions = {}): Promise<Warehouse> {
  const { memoryLimit = '256MB', readOnly = false } = options;
  const path = /^duckdb:(.+)$/.exec(url)?.[1];
  if (path === undefined)
    throw new Error(`warehouse: '${withoutPassword(url)}' is not duckdb:PATH; only duckdb is known`);
  const database = await Database.open(path, { memoryLimit, readOnly });
  const { version } = database.directory;
  if (readOnly && version < latestVersion()) {
    await database.release();
    // Whoever only reads cannot bring it up to date.
    throw new Error(
      version === 0
        ? `warehouse: ${url} holds no klinemill tables; load klines first`
        : `warehouse: the schema has version ${version}, this program reads version ${latestVersion()}; run klinemill migrate`,
    );
  }
  return new DuckDbWarehouse(database, readOnly);
}

const withoutPassword = (url: string): string => url.replace(/:\/\/([^:@/]*):[^@/]*@/, '://$1:***@');
