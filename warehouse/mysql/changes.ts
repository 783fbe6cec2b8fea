import { insertChange, klineChanges } from '../store/ledger.js';
import type { KlineChange } from '../warehouse.js';
import { withLock } from './locks.js';
import type { MySqlStore } from './store.js';

/**
 * Records a change and returns its number. Taking a number and placing its row is one step for all writers: a row that
 * is there, committed or not, proves that those of all lower numbers are there or gone.
 */
export async function recordChange(
  store: MySqlStore,
  database: string,
  ids: readonly number[],
  change: Omit<KlineChange, 'seq'>,
): Promise<number> {
  await withLock(store, database, 'kline_change', () => insertChange(store, ids, { ...change, seq: 0 }));
  return store.lastId;
}

/**
 * Changes after `since` up to the last one before which all are settled. Without it a reader that has seen change 6 would
 * never look at change 5, committed a moment later. Rows that are there but not committed are seen by READ UNCOMMITTED only.
 */
export async function settledChanges(store: MySqlStore, since: number): Promise<KlineChange[]> {
  await store.run('SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED');
  const placed = await store.rows<{ seq: number }>(
    `SELECT seq FROM kline_change WHERE seq > ${since} ORDER BY seq`,
  );
  // Later than the first look: what was open then and is committed now counts; what was placed since does not.
  const committed = await klineChanges(store, since, placed.at(-1)?.seq ?? since);
  const known = new Set(committed.map(({ seq }) => seq));
  const open = placed.find(({ seq }) => !known.has(seq));
  if (open === undefined) return committed;
  return committed.filter(({ seq }) => seq < open.seq);
}
