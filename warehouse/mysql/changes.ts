import { KLINE_CHANGE } from '../schema/kline-change.js';
import { insertChange, klineChanges } from '../store/ledger.js';
import { whole } from '../store/sql.js';
import type { Advance, KlineChange, TableRow } from '../warehouse.js';
import { withLock } from './locks.js';
import type { MySqlStore } from './store.js';

type ChangeRow = TableRow & { readonly seq: number; readonly added: number };

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
 * Moves changes on to new last bars, each under a new number. The number is given out as that of `recordChange`, so it is
 * that of a new row in the place of the old one.
 *
 * @returns the new numbers by the old ones; those that do not stand are not there
 */
export async function moveChanges(
  store: MySqlStore,
  database: string,
  steps: readonly Advance[],
): Promise<ReadonlyMap<number, number>> {
  const olds = steps.map(({ change }) => whole(change)).join(', ');
  const stored = await store.rows<ChangeRow>(`SELECT * FROM kline_change WHERE seq IN (${olds})`);
  const bySeq = new Map(stored.map((row) => [row.seq, row]));
  const found = steps.filter(({ change }) => bySeq.has(change));
  if (found.length === 0) return new Map();
  const rows = found.map(({ change, block, added }) => {
    const row = bySeq.get(change)!;
    return { ...row, seq: 0, to_time: block.closeTime, added: row.added + added };
  });
  await store.run(`DELETE FROM kline_change WHERE seq IN (${olds})`);
  const placed = await withLock(store, database, 'kline_change', async () => {
    await store.insert(KLINE_CHANGE, rows);
    // `lastId` is that of the first row, and nobody else has placed one behind it.
    return store.rows<{ seq: number }>(
      `SELECT seq FROM kline_change WHERE seq >= ${whole(store.lastId)} ORDER BY seq`,
    );
  });
  return new Map(found.map(({ change }, i) => [change, placed[i]!.seq]));
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
