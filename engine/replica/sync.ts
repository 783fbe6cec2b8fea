import type { PartitionKey, Snapshot, Warehouse } from '../../warehouse/index.js';
import { PARTITION_TABLES } from '../../warehouse/index.js';
import { againWhenLost } from '../again-when-lost.js';
import { inSession } from '../in-session.js';
import { type ChecksumComparison, compareChecksums } from './compare.js';
import { type Codes, PartitionCopy } from './partition-copy.js';
import { differingRejects, isForeign, partitionNames, readPending } from './pending.js';
import { type PartitionSync, partitionId, planSync } from './plan.js';
import { staleRanges, wholeRanges } from './ranges.js';
import { type Copied, collectRows, mirrorRows, NOTHING, plus } from './rows.js';
import { DIMENSION_TABLES, LEDGER_TABLES, PATTERN_TABLES } from './tables.js';

export interface SyncOptions {
  /** Forgets what the target has, and copies everything. */
  readonly full?: boolean | undefined;
  /** Compares the checksums of every fact before the runs count as seen; what it throws leaves them open. */
  readonly onCompared?: ((comparison: ChecksumComparison) => void) | undefined;
  readonly onPlan?: ((partitions: number) => void) | undefined;
  /** Called as rows are written. */
  readonly onRows?: ((rows: number) => void) | undefined;
}

/** What was copied of a partition: stored rows, and cells in them. */
export interface PartitionSyncReport extends PartitionKey, Copied {
  readonly isWhole: boolean;
}

export interface SyncReport extends Copied {
  /** True when what the target had was forgotten: on demand, or because it followed another warehouse. */
  readonly isReset: boolean;
  readonly partitions: readonly PartitionSyncReport[];
  readonly elapsedMs: number;
  /** Checksums that were compared; null: not asked for. */
  readonly compared: number | null;
}

/**
 * Brings `target` to the state of `source`, by its ledger: copies the ranges that runs wrote since the last time, with
 * their ledger rows, in one transaction a partition. Ids are the source's. Killed anywhere, the next call does the rest:
 * a partition is there with its ledger rows or not at all, and a run counts as seen only when all partitions are done.
 * A connection that was lost on either side is no end: what is not there yet is copied from a new moment of the source.
 *
 * Both are open and migrated; nobody else writes to `target`.
 */
export async function syncReplica(
  source: Warehouse,
  target: Warehouse,
  options: SyncOptions = {},
): Promise<SyncReport> {
  const startedAt = performance.now();
  const done: Done = { isReset: false, partitions: [], copied: NOTHING };
  const compared = await againWhenLost(() => catchUp(source, target, options, done));
  const { isReset, partitions } = done;
  const { rows, values } = partitions.reduce(plus, done.copied);
  return { isReset, partitions, rows, values, compared, elapsedMs: performance.now() - startedAt };
}

/** What stands of a sync, whatever becomes of the rest. */
interface Done {
  isReset: boolean;
  readonly partitions: PartitionSyncReport[];
  /** Beside the partitions. */
  copied: Copied;
}

/** @returns how many checksums were compared; null: not asked for */
async function catchUp(
  source: Warehouse,
  target: Warehouse,
  options: SyncOptions,
  done: Done,
): Promise<number | null> {
  const moment = await source.snapshot();
  try {
    const isAnew = options.full === true && !done.isReset;
    if (isAnew || (await holding(target, (held) => isForeign(moment, held)))) {
      await forgetEverything(target);
      done.isReset = true;
    }
    const codes = await holding(target, (held) => codesOf(moment, held));
    done.copied = plus(done.copied, await mirrorDimensions(moment, target));
    const pending = await holding(target, (held) => readPending(moment, held));
    const known = new Set(
      (await partitionsOf(target)).map(([symbolId, intervalId]) => partitionId(symbolId, intervalId)),
    );
    const plan = planSync({ ...pending, known, rejects: await differingRejects(source, target) });
    options.onPlan?.(plan.length);
    await copyPartitions(moment, target, plan, codes, options, done.partitions);
    const comparison = options.onCompared === undefined ? null : await compareChecksums(moment, target);
    if (comparison !== null) options.onCompared?.(comparison);
    done.copied = plus(done.copied, await settleRuns(moment, target, pending.runIds));
    return comparison?.compared ?? null;
  } finally {
    await moment.close();
  }
}

async function copyPartitions(
  source: Snapshot,
  target: Warehouse,
  plan: readonly PartitionSync[],
  codes: Codes,
  { onRows }: SyncOptions,
  reports: PartitionSyncReport[],
): Promise<void> {
  const records = new Map((await target.strategies()).map((record) => [record.strategyId, record]));
  const nameOf = await partitionNames(source);
  for (const sync of plan) {
    const key = nameOf(sync.symbolId, sync.intervalId);
    const ranges = sync.isWhole
      ? await wholeRanges(source, sync)
      : await staleRanges(target, sync, key, records);
    const copied = await inSession(target, (session) =>
      new PartitionCopy({ source, session, codes, onRows }, key, sync, ranges).run(),
    );
    reports.push({ ...key, isWhole: sync.isWhole, ...copied });
  }
}

/** Symbols and strategies before the facts that refer to them; only when they differ. */
async function mirrorDimensions(source: Snapshot, target: Warehouse): Promise<Copied> {
  const differing = await holding(target, async (held) => {
    const tables: string[] = [];
    for (const table of DIMENSION_TABLES) {
      const [ours, theirs] = [await collectRows(source, table, {}), await collectRows(held, table, {})];
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) tables.push(table);
    }
    return tables;
  });
  if (differing.length === 0) return NOTHING;
  return inSession(target, async (session) => {
    let copied = NOTHING;
    for (const table of differing) copied = plus(copied, await mirrorRows(source, session, table, {}));
    return copied;
  });
}

/** Last of all, with what they mined: from now on these runs are not asked about again, unless they were still running. */
async function settleRuns(source: Snapshot, target: Warehouse, runIds: readonly number[]): Promise<Copied> {
  if (runIds.length === 0) return NOTHING;
  return inSession(target, async (session) => {
    let copied = NOTHING;
    for (const table of [...PATTERN_TABLES, 'run'])
      copied = plus(copied, await mirrorRows(source, session, table, { run_id: runIds }));
    return copied;
  });
}

async function forgetEverything(target: Warehouse): Promise<void> {
  await inSession(target, async (session) => {
    for (const table of [...PARTITION_TABLES, ...PATTERN_TABLES, ...LEDGER_TABLES, ...DIMENSION_TABLES])
      await session.deleteRows(table, {});
  });
}

/** @throws Error when the source has codes that the target, and so this program, does not know */
async function codesOf(source: Snapshot, target: Snapshot): Promise<Codes> {
  const read = async (snapshot: Snapshot): Promise<string[]> =>
    (await collectRows<{ indicator: string }>(snapshot, 'dim_indicator_type', {}, ['indicator'])).map(
      (row) => row.indicator,
    );
  const [ours, theirs] = [new Set(await read(source)), await read(target)];
  const unknown = [...ours].filter((code) => !theirs.includes(code));
  if (unknown.length > 0)
    throw new Error(
      `replica: the source has codes that this program does not know (${unknown.join(', ')}); use a newer klinemill`,
    );
  return {
    common: theirs.filter((code) => ours.has(code)),
    missing: theirs.filter((code) => !ours.has(code)),
  };
}

async function partitionsOf(target: Warehouse): Promise<[number, number][]> {
  const { rows } = await target.query('SELECT DISTINCT symbol_id, interval_id FROM fact_kline');
  return rows.map(([symbolId, intervalId]) => [Number(symbolId), Number(intervalId)]);
}

async function holding<T>(warehouse: Warehouse, work: (held: Snapshot) => Promise<T>): Promise<T> {
  const held = await warehouse.snapshot();
  try {
    return await work(held);
  } finally {
    await held.close();
  }
}
