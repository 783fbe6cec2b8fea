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
