import type { RecordBatch } from 'apache-arrow';
import { KLINE_COLUMNS } from '../schema/batches.js';
import { quote, text, whole } from '../store/sql.js';
import type { KlineReject } from '../warehouse.js';
import { appendBatches } from './append.js';
import { literal } from './sql.js';
import type { MySqlStore } from './store.js';

const OLD_COLUMNS = KLINE_COLUMNS.map(({ name }) => `k.${quote(name)}`).join(', ');
const KEYS_A_STATEMENT = 500;

/** Writes the rows of `batch` in the place of those with the same close_time, which go to kline_revision. */
export async function reviseKlines(
  store: MySqlStore,
  [symbolId, intervalId]: readonly number[],
  batch: RecordBatch,
  runId: number,
): Promise<void> {
  const same = (table: string): string =>
    `${table}.symbol_id = ${symbolId} AND ${table}.interval_id = ${intervalId} AND ${table}.close_time = n.close_time`;
  await store.run('DROP TEMPORARY TABLE IF EXISTS stage_kline');
  await store.run('CREATE TEMPORARY TABLE stage_kline LIKE fact_kline');
  const ids = { symbol_id: symbolId!, interval_id: intervalId! };
  const parts = [{ ids, batch }];
  await (await appendBatches(store, { table: 'stage_kline', columns: KLINE_COLUMNS, parts }))();
  await store.run(
    `INSERT INTO kline_revision
       (symbol_id, interval_id, ${KLINE_COLUMNS.map(({ name }) => quote(name)).join(', ')}, revision, run_id)
     SELECT k.symbol_id, k.interval_id, ${OLD_COLUMNS},
       1 + (SELECT count(*) FROM kline_revision r WHERE r.symbol_id = k.symbol_id AND r.interval_id = k.interval_id
              AND r.close_time = k.close_time), ${whole(runId)}
     FROM stage_kline n JOIN fact_kline k ON ${same('k')}`,
  );
  await store.run(`DELETE k FROM stage_kline n JOIN fact_kline k ON ${same('k')}`);
  await store.run('INSERT INTO fact_kline SELECT * FROM stage_kline');
  await store.run(`DELETE d FROM stage_kline n JOIN kline_derivation d ON ${same('d')}`);
  await store.run('DROP TEMPORARY TABLE stage_kline');
}

/** Makes room for derived bars at these times. */
export async function deleteDerived(
  store: MySqlStore,
  [symbolId, intervalId]: readonly number[],
  closeTimes: Float64Array,
): Promise<void> {
  for (const table of ['fact_kline', 'kline_derivation'])
    await deleteTimes(
      store,
      table,
      `symbol_id = ${symbolId} AND interval_id = ${intervalId} AND close_time`,
      closeTimes,
    );
}

/** Deletes rows by time. @param column the condition that names the partition, and the time column */
export async function deleteTimes(
  store: MySqlStore,
  table: string,
  column: string,
  times: Float64Array,
): Promise<void> {
  // In the order of the key: two that delete must not meet crosswise.
  const sorted = times.toSorted();
  for (let first = 0; first < sorted.length; first += KEYS_A_STATEMENT) {
    const list = Array.from(sorted.subarray(first, first + KEYS_A_STATEMENT), whole).join(', ');
    await store.run(`DELETE FROM ${table} WHERE ${column} IN (${list})`);
  }
}

const REJECT_COLUMNS = ['symbol_id', 'interval_id', 'source', 'sha256', 'line', 'reason', 'raw'];

/** @returns how many were new by (sha256, line, reason) */
export async function appendRejects(
  store: MySqlStore,
  rejects: readonly { readonly reject: KlineReject; readonly ids: readonly number[] }[],
): Promise<number> {
  const keyOf = ({ sha256, line, reason }: KlineReject): string =>
    `(${text(sha256)}, ${whole(line)}, ${text(reason)})`;
  const fresh = new Map(rejects.toReversed().map((row) => [keyOf(row.reject), row]));
  const keys = [...fresh.keys()];
  for (let first = 0; first < keys.length; first += KEYS_A_STATEMENT) {
    const known = await store.rows<{ sha256: string; line: number; reason: string }>(
      `SELECT sha256, line, reason FROM kline_reject
       WHERE (sha256, line, reason) IN (${keys.slice(first, first + KEYS_A_STATEMENT).join(', ')})`,
    );
    for (const row of known) fresh.delete(keyOf(row as KlineReject));
  }
  const tuples = [...fresh.values()].map(({ reject, ids }) => {
    const { source, sha256, line, reason, raw } = reject;
    return `(${[...ids, source, sha256, line, reason, raw].map(literal).join(',')})`;
  });
  await store.insertTuples(
    `INSERT INTO kline_reject (${REJECT_COLUMNS.join(', ')}) VALUES `,
    tuples,
    ' ON DUPLICATE KEY UPDATE line = kline_reject.line',
  );
  return tuples.length;
}

/** Rows, first and last bar by partition: first and last from the ends of the key, rows counted along it. */
export async function partitions(
  store: MySqlStore,
): Promise<
  { symbol: string; interval: string; rows: number; firstCloseTime: number; lastCloseTime: number }[]
> {
  return store.rows(
    `SELECT s.symbol, i."interval",
       (SELECT count(*) FROM fact_kline c WHERE c.symbol_id = k.symbol_id AND c.interval_id = k.interval_id) AS "rows",
       k.low AS "firstCloseTime", k.high AS "lastCloseTime"
     FROM (SELECT symbol_id, interval_id, min(close_time) AS low, max(close_time) AS high
           FROM fact_kline GROUP BY symbol_id, interval_id) k
     JOIN dim_symbol s ON s.symbol_id = k.symbol_id JOIN dim_interval i ON i.interval_id = k.interval_id
     ORDER BY s.symbol, i.interval_id`,
  );
}
