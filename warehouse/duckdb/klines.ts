import type { DuckDBConnection } from '@duckdb/node-api';
import type { RecordBatch } from 'apache-arrow';
import { KLINE_COLUMNS } from '../schema/batches.js';
import { type Cell, quote, whole } from '../store/sql.js';
import type { KlineReject } from '../warehouse.js';
import { appendRows, BulkAppender } from './append.js';
import { withTimes } from './staging.js';
import type { DuckDbStore } from './store.js';

const COLUMNS = KLINE_COLUMNS.map(({ name }) => quote(name)).join(', ');
const OLD_COLUMNS = KLINE_COLUMNS.map(({ name }) => `k.${quote(name)}`).join(', ');

/** Writes the rows of `batch` in the place of those with the same close_time, which go to kline_revision. */
export async function reviseKlines(
  connection: DuckDBConnection,
  [symbolId, intervalId]: readonly number[],
  batch: RecordBatch,
  runId: number,
): Promise<void> {
  const where = `k.symbol_id = ${symbolId} AND k.interval_id = ${intervalId}`;
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE stage_kline AS SELECT ${COLUMNS} FROM fact_kline WHERE false`,
  );
  await new BulkAppender(connection, 'stage_kline', 0, KLINE_COLUMNS, 'temp').append([], batch);
  await connection.run(
    `INSERT INTO kline_revision
     SELECT k.symbol_id, k.interval_id, ${OLD_COLUMNS},
       1 + (SELECT count(*) FROM kline_revision r
            WHERE r.symbol_id = k.symbol_id AND r.interval_id = k.interval_id AND r.close_time = k.close_time),
       ${whole(runId)}
     FROM fact_kline k WHERE ${where} AND k.close_time IN (SELECT close_time FROM temp.stage_kline)`,
  );
  await connection.run(
    `DELETE FROM fact_kline k WHERE ${where} AND k.close_time IN (SELECT close_time FROM temp.stage_kline)`,
  );
  await connection.run(
    `INSERT INTO fact_kline SELECT ${symbolId}, ${intervalId}, ${COLUMNS} FROM temp.stage_kline ORDER BY close_time`,
  );
  await connection.run(
    `DELETE FROM kline_derivation k WHERE ${where} AND k.close_time IN (SELECT close_time FROM temp.stage_kline)`,
  );
  await connection.run('DROP TABLE temp.stage_kline');
}

/** Makes room for derived bars at these times. */
export async function deleteDerived(
  connection: DuckDBConnection,
  [symbolId, intervalId]: readonly number[],
  closeTimes: Float64Array,
): Promise<void> {
  await withTimes(connection, closeTimes, async (times) => {
    for (const table of ['fact_kline', 'kline_derivation'])
      await connection.run(
        `DELETE FROM ${table} WHERE symbol_id = ${symbolId} AND interval_id = ${intervalId}
         AND close_time IN (SELECT t FROM ${times})`,
      );
  });
}

/** @returns how many were new by (sha256, line, reason) */
export async function appendRejects(
  connection: DuckDBConnection,
  rejects: readonly { readonly reject: KlineReject; readonly ids: readonly number[] }[],
): Promise<number> {
  if (rejects.length === 0) return 0;
  // What all rejects of a file share stands once: every value that is not appended for each saves a third of the time. In a
  // stream every message is a file of its own, so a file is a row and not a statement.
  const files = new Map<string, Cell[]>();
  const rows: Cell[][] = [];
  for (const { reject, ids } of rejects) {
    const { sha256, source, line, reason, raw } = reject;
    const key = `${ids.join(' ')} ${sha256} ${source}`;
    let file = files.get(key);
    if (file === undefined) {
      file = [files.size, ...ids, source, sha256];
      files.set(key, file);
    }
    rows.push([file[0]!, line, reason, raw]);
  }
  await connection.run(
    'CREATE OR REPLACE TEMP TABLE stage_file (file BIGINT, symbol_id BIGINT, interval_id BIGINT, source VARCHAR, sha256 VARCHAR)',
  );
  await connection.run(
    'CREATE OR REPLACE TEMP TABLE stage_reject (file BIGINT, line BIGINT, reason VARCHAR, raw VARCHAR)',
  );
  await appendRows(connection, 'stage_file', 'llltt', [...files.values()], 'temp');
  await appendRows(connection, 'stage_reject', 'lltt', rows, 'temp');
  const { rowsChanged } = await connection.run(
    `INSERT INTO kline_reject
     SELECT DISTINCT ON (f.sha256, n.line, n.reason) f.symbol_id, f.interval_id, f.source, f.sha256, n.line, n.reason, n.raw
     FROM temp.stage_reject n JOIN temp.stage_file f USING (file)
     WHERE NOT EXISTS (SELECT 1 FROM kline_reject r
       WHERE r.sha256 = f.sha256 AND r.line = n.line AND r.reason = n.reason)
     ORDER BY file`,
  );
  await connection.run('DROP TABLE temp.stage_reject');
  await connection.run('DROP TABLE temp.stage_file');
  return rowsChanged;
}

/** Rows, first and last bar by partition, in the order of symbol and length of interval. */
export async function partitions(
  store: DuckDbStore,
): Promise<
  { symbol: string; interval: string; rows: number; firstCloseTime: number; lastCloseTime: number }[]
> {
  return store.rows(`SELECT s.symbol, i."interval", k.n AS "rows", k.low AS "firstCloseTime", k.high AS "lastCloseTime"
     FROM (SELECT symbol_id, interval_id, count(*) AS n, min(close_time) AS low, max(close_time) AS high
           FROM fact_kline GROUP BY symbol_id, interval_id) k
     JOIN dim_symbol s ON s.symbol_id = k.symbol_id JOIN dim_interval i ON i.interval_id = k.interval_id
     ORDER BY s.symbol, i.interval_id`);
}
