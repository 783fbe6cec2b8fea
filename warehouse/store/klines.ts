import type { Store } from './store.js';

/** Finds the gaps of a partition anew. */
export async function refreshGaps(
  store: Store,
  [symbolId, intervalId]: readonly number[],
  durationMs: number,
): Promise<void> {
  const where = `symbol_id = ${symbolId} AND interval_id = ${intervalId}`;
  await store.run(`DELETE FROM kline_gap WHERE ${where}`);
  await store.run(
    `INSERT INTO kline_gap
     SELECT ${symbolId}, ${intervalId}, expected, open_time, floor((open_time - expected) / ${durationMs})
     FROM (SELECT open_time, lag(open_time) OVER (ORDER BY open_time) + ${durationMs} AS expected
           FROM fact_kline WHERE ${where}) o
     WHERE open_time > expected`,
  );
}

/** Rows, first and last bar by partition, in the order of symbol and length of interval. */
export async function partitions(
  store: Store,
): Promise<
  { symbol: string; interval: string; rows: number; firstCloseTime: number; lastCloseTime: number }[]
> {
  return store.rows(`SELECT s.symbol, i."interval", k.n AS "rows", k.low AS "firstCloseTime", k.high AS "lastCloseTime"
     FROM (SELECT symbol_id, interval_id, count(*) AS n, min(close_time) AS low, max(close_time) AS high
           FROM fact_kline GROUP BY symbol_id, interval_id) k
     JOIN dim_symbol s ON s.symbol_id = k.symbol_id JOIN dim_interval i ON i.interval_id = k.interval_id
     ORDER BY s.symbol, i.interval_id`);
}
