import type { DuckDBConnection } from '@duckdb/node-api';
import type { RecordBatch } from 'apache-arrow';
import { KLINE_COLUMNS } from '../schema/batches.js';
import { type Cell, quote, text, whole } from '../store/sql.js';
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
  // What all rejects of a file share goes into the statement: every value that is not appended saves a third of the time.
  const files = new Map<string, { ids: readonly number[]; first: KlineReject; rows: Cell[][] }>();
  for (const { reject, ids } of rejects) {
    const key = `${ids[0]} ${ids[1]} ${reject.sha256} ${reject.source}`;
    let file = files.get(key);
    if (file === undefined) {
      file = { ids, first: reject, rows: [] };
      files.set(key, file);
    }
    file.rows.push([reject.line, reject.reason, reject.raw]);
  }
  let added = 0;
  for (const { ids, first, rows: own } of files.values()) {
    await connection.run(
      'CREATE OR REPLACE TEMP TABLE stage_reject (line BIGINT, reason VARCHAR, raw VARCHAR)',
    );
    await appendRows(connection, 'stage_reject', 'ltt', own, 'temp');
    const result = await connection.run(
      `INSERT INTO kline_reject
       SELECT DISTINCT ON (line, reason) ${ids.join(', ')}, ${text(first.source)}, ${text(first.sha256)}, line, reason, raw
       FROM temp.stage_reject n
       WHERE NOT EXISTS (SELECT 1 FROM kline_reject r
         WHERE r.sha256 = ${text(first.sha256)} AND r.line = n.line AND r.reason = n.reason)`,
    );
    added += result.rowsChanged;
  }
  if (files.size > 0) await connection.run('DROP TABLE temp.stage_reject');
  return added;
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
