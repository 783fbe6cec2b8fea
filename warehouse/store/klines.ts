import type { Store } from './store.js';

/** Bars of a block that is looked at as a whole. */
const BLOCK_BARS = 1024;

/** Finds the gaps of a partition anew. */
export async function refreshGaps(
  store: Store,
  [symbolId, intervalId]: readonly number[],
  durationMs: number,
): Promise<void> {
  const where = `symbol_id = ${symbolId} AND interval_id = ${intervalId}`;
  const block = `floor(open_time / ${durationMs * BLOCK_BARS})`;
  await store.run(`DELETE FROM kline_gap WHERE ${where}`);
  // Sorting all bars costs more than counting them: only blocks with fewer bars than fit between their ends are sorted.
  await store.run(
    `INSERT INTO kline_gap
     WITH blocks AS (SELECT ${block} AS block, count(*) AS bars, min(open_time) AS low, max(open_time) AS high
                     FROM fact_kline WHERE ${where} GROUP BY ${block})
     SELECT ${symbolId}, ${intervalId}, expected, open_time, floor((open_time - expected) / ${durationMs})
     FROM (SELECT low AS open_time, lag(high) OVER (ORDER BY low) + ${durationMs} AS expected FROM blocks
           UNION ALL
           SELECT open_time, lag(open_time) OVER (PARTITION BY ${block} ORDER BY open_time) + ${durationMs}
           FROM fact_kline
           WHERE ${where} AND ${block} IN (SELECT block FROM blocks WHERE (high - low) / ${durationMs} + 1 > bars)) o
     WHERE open_time > expected`,
  );
}
