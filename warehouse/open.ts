import { WarehouseAccessError } from './errors.js';
import { latestVersion } from './migrations/versions.js';
import { withoutAnyPassword } from './mysql/url.js';
import type { Warehouse } from './warehouse.js';

export interface OpenOptions {
  /** What DuckDB may hold in memory, e.g. `256MB` (the default) or `2GB`; beyond it spills to disk beside the file. */
  readonly memoryLimit?: string;
  /**
   * Threads of DuckDB, as many as there are cores unless given. What is appended is written by the thread that appends, and
   * others that look for work meanwhile take the cores from whoever makes the rows: 1 where a process only loads.
   */
  readonly threads?: number;
  /** Refuses every write; the warehouse must exist. */
  readonly readOnly?: boolean;
  /** Is told what the user should know, a line at a time. */
  readonly note?: (line: string) => void;
  /** Ends the waiting for a server that is away: once it is aborted, what waits fails within 2 s. DuckDB waits for nobody. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a warehouse. Call `migrate` before anything else unless it is known to be current.
 *
 * @param url `duckdb:PATH` (the folder is made), `duckdb::memory:` (a new, empty one each time) or
 *   `mysql://user:password@host:port/database?ssl-mode=...` (docs/warehouse.md)
 * @throws WarehouseHeldError when another process has the file
 * @throws WarehouseAccessError for an unknown scheme, a wrong password, a database that is not there; to read, one without
 *   tables or with a schema older than the program
 * @throws Error for a schema newer than the program, a file that is no warehouse
 */
export async function openWarehouse(url: string, options: OpenOptions = {}): Promise<Warehouse> {
  if (/^mysql:/.test(url)) return openMySql(url, options);
  const path = /^duckdb:(.+)$/.exec(url)?.[1];
  if (path === undefined)
    throw new WarehouseAccessError(
      `warehouse: '${withoutAnyPassword(url)}' is neither duckdb:PATH nor mysql://user:password@host:port/database`,
    );
  return openDuckDb(path, url, options);
}

// Each driver is loaded by who uses it only.

async function openDuckDb(
  path: string,
  url: string,
  { memoryLimit = '256MB', threads, readOnly = false }: OpenOptions,
): Promise<Warehouse> {
  const { Database } = await import('./duckdb/database.js');
  const { DuckDbWarehouse } = await import('./duckdb/warehouse.js');
  const database = await Database.open(path, { memoryLimit, threads: threads ?? null, readOnly });
  if (readOnly) await checkReadable(url, database.directory.version, () => database.release());
  return new DuckDbWarehouse(database, readOnly);
}

async function openMySql(
  url: string,
  { readOnly = false, note = () => undefined, signal }: OpenOptions,
): Promise<Warehouse> {
  const { MySqlDatabase } = await import('./mysql/database.js');
  const { MySqlWarehouse } = await import('./mysql/warehouse.js');
  const database = await MySqlDatabase.open(url, note, { signal });
  if (readOnly) await checkReadable(database.url, database.directory.version, () => database.close());
  return new MySqlWarehouse(database, readOnly);
}

/** @throws WarehouseAccessError when the schema is older than the program: whoever only reads cannot bring it up to date */
async function checkReadable(url: string, version: number, close: () => unknown): Promise<void> {
  if (version >= latestVersion()) return;
  await close();
  throw new WarehouseAccessError(
    version === 0
      ? `warehouse: ${url} holds no klinemill tables; load klines first`
      : `warehouse: the schema has version ${version}, this program reads version ${latestVersion()}; run klinemill migrate`,
  );
}
