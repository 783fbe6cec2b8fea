import type { DuckDBInstance } from '@duckdb/node-api';
import { HEADER } from '../corpus.js';
import { openReference } from '../long-rows.js';

export interface ReadCsvArgs {
  readonly file: string;
  readonly path: string;
  /** Rows lie in the table as in the file: DuckDB's default, and what the warehouse's reads in time order live on. */
  readonly isOrdered: boolean;
}

const INTEGERS = ['open_time', 'close_time', 'count'];
const TABLE = `CREATE TABLE fact_kline (symbol_id INTEGER NOT NULL, interval_id INTEGER NOT NULL, open_time BIGINT NOT NULL,
  open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE, close_time BIGINT NOT NULL, quote_volume DOUBLE,
  trade_count DOUBLE, taker_buy_base DOUBLE, taker_buy_quote DOUBLE)`;

/**
 * DuckDB's own reader and INSERT, types given, into the empty table of a file that stands already; all its threads. The
 * clock runs from the statement to the file closed.
 */
export async function readCsvFile({
  file,
  path,
  isOrdered,
}: ReadCsvArgs): Promise<{ elapsedMs: number; rows: number }> {
  // As the warehouse opens its files, but for the order.
  const options = { preserve_insertion_order: String(isOrdered), checkpoint_threshold: '256MB' };
  await within(await openReference(file, options), TABLE);
  const columns = HEADER.split(',').map(
    (name) => `'${name}': '${INTEGERS.includes(name) ? 'BIGINT' : 'DOUBLE'}'`,
  );
  const instance = await openReference(file, options);
  const start = performance.now();
  const rows = await within(
    instance,
    `INSERT INTO fact_kline SELECT 1, 1, * EXCLUDE ("ignore")
     FROM read_csv('${path.replaceAll("'", "''")}', header = true, auto_detect = false, delim = ',', columns = {${columns.join(', ')}})`,
  );
  return { elapsedMs: performance.now() - start, rows };
}

/** Runs one statement on a connection of its own and closes the file. Returns the rows that changed. */
async function within(instance: DuckDBInstance, sql: string): Promise<number> {
  const connection = await instance.connect();
  const { rowsChanged } = await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
  return Number(rowsChanged);
}
