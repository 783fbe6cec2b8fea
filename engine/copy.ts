import type { Snapshot, Warehouse } from '../warehouse/index.js';
import { UserError } from './errors.js';
import { collectRows } from './replica/rows.js';
import { type SyncOptions, type SyncReport, syncReplica } from './replica/sync.js';
import { DIMENSION_TABLES } from './replica/tables.js';

/**
 * Copies a whole warehouse into an empty one, of whatever backend, ids and ledger included, and compares the checksums of
 * every fact before the copy counts as done. A killed copy goes on where it stood: the partitions that are there stay.
 *
 * @throws UserError when the target holds anything that is no unfinished copy of this source
 * @throws Error that names the first fact that differs
 */
export async function copyWarehouse(
  source: Warehouse,
  target: Warehouse,
  options: Pick<SyncOptions, 'onPlan' | 'onRows'> = {},
): Promise<SyncReport> {
  await refuseForeignRows(source, target);
  return syncReplica(source, target, {
    ...options,
    onCompared: ({ differing }) => {
      const first = differing[0];
      if (first === undefined) return;
      const { table, symbol, interval, strategy, version } = first;
      const name = [table, ...(strategy === null ? [] : [`${strategy}@${version}`]), symbol, interval].join(
        ' ',
      );
      throw new Error(
        `copy: ${differing.length} checksums differ after the copy, the first of ${name}; empty ${target.url} and copy again`,
      );
    },
  });
}

/** Runs are copied last, so a target without runs whose symbols and strategies are the source's is an unfinished copy. */
async function refuseForeignRows(source: Warehouse, target: Warehouse): Promise<void> {
  const [theirs, ours] = [await target.snapshot(), await source.snapshot()];
  try {
    const runs = await collectRows(theirs, 'run', {}, ['run_id']);
    if (runs.length > 0) throw notEmpty(target, `${runs.length} runs`);
    for (const table of DIMENSION_TABLES) {
      const known = new Set(await textsOf(ours, table));
      const foreign = (await textsOf(theirs, table)).filter((row) => !known.has(row));
      if (foreign.length > 0) throw notEmpty(target, `${foreign.length} rows of ${table}`);
    }
  } finally {
    await theirs.close();
    await ours.close();
  }
}

function notEmpty(target: Warehouse, what: string): UserError {
  return new UserError(
    `copy: ${target.url} is not empty, it holds ${what}; a copy goes into a new warehouse (replica sync follows one)`,
  );
}

async function textsOf(snapshot: Snapshot, table: string): Promise<string[]> {
  return (await collectRows(snapshot, table, {})).map((row) => JSON.stringify(row));
}
