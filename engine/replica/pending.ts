import type { PartitionKey, Snapshot, Warehouse } from '../../warehouse/index.js';
import { type LedgerChange, type LedgerTask, partitionId } from './plan.js';
import { collectRows } from './rows.js';

/** What the source's ledger has and the target's has not. */
export interface Pending {
  /** Runs that the target lacks or saw while they were running. */
  readonly runIds: readonly number[];
  readonly tasks: readonly LedgerTask[];
  readonly changes: readonly LedgerChange[];
}

type Run = { readonly run_id: number; readonly started_at: number; readonly status: string };

/**
 * What was done since the target was brought up to date. Numbers of tasks and changes need not be committed in their
 * order, so "everything after the last one" would miss some. But a run is in the ledger before its first task is and is
 * copied after its last one, so only runs that the target lacks or saw running can have anything new.
 */
export async function readPending(source: Snapshot, target: Snapshot): Promise<Pending> {
  const settled = new Set(
    (await runsOf(target)).filter(({ status }) => status !== 'RUNNING').map((run) => run.run_id),
  );
  const all = await runsOf(source);
  const runIds = all.map((run) => run.run_id).filter((runId) => !settled.has(runId));
  // A first synchronisation takes everything: no list of all runs is needed then.
  const filter = settled.size === 0 ? {} : { run_id: runIds };
  const lacking = async <Id extends 'task_id' | 'seq'>(table: string, id: Id): Promise<Set<number>> => {
    type Row = Record<Id, number>;
    const known = new Set((await collectRows<Row>(target, table, filter, [id])).map((row) => row[id]));
    const present = await collectRows<Row>(source, table, filter, [id]);
    return new Set(present.map((row) => row[id]).filter((value) => !known.has(value)));
  };
  return {
    runIds,
    tasks: await readTasks(source, filter, await lacking('run_task', 'task_id')),
    changes: await readChanges(source, filter, await lacking('kline_change', 'seq')),
  };
}

/**
 * Whether the target follows another warehouse than the source, or one that was made anew under its address: it has runs or
 * symbols that the source has not.
 */
export async function isForeign(source: Snapshot, target: Snapshot): Promise<boolean> {
  const runs = new Map((await runsOf(source)).map((run) => [run.run_id, run.started_at]));
  if ((await runsOf(target)).some((run) => runs.get(run.run_id) !== run.started_at)) return true;
  const symbols = new Map((await symbolsOf(source)).map((row) => [row.symbol_id, row.symbol]));
  return (await symbolsOf(target)).some((row) => symbols.get(row.symbol_id) !== row.symbol);
}

/** Names of a partition's ids. */
export async function partitionNames(
  source: Snapshot,
): Promise<(symbolId: number, intervalId: number) => PartitionKey> {
  const symbols = new Map((await symbolsOf(source)).map((row) => [row.symbol_id, row.symbol]));
  const intervals = new Map(
    (
      await collectRows<{ interval_id: number; interval: string }>(source, 'dim_interval', {}, [
        'interval_id',
        'interval',
      ])
    ).map((row) => [row.interval_id, row.interval]),
  );
  return (symbolId, intervalId) => ({
    symbol: symbols.get(symbolId)!,
    interval: intervals.get(intervalId)!,
  });
}

/** Partitions whose rejects are not as many on both sides: a file of which no row was taken leaves nothing else. */
export async function differingRejects(source: Warehouse, target: Warehouse): Promise<Set<string>> {
  const [ours, theirs] = [await rejectCounts(source), await rejectCounts(target)];
  const ids = new Set([...ours.keys(), ...theirs.keys()]);
  return new Set([...ids].filter((id) => ours.get(id) !== theirs.get(id)));
}

async function rejectCounts(warehouse: Warehouse): Promise<Map<string, number>> {
  const { rows } = await warehouse.query(
    'SELECT symbol_id, interval_id, count(*) FROM kline_reject GROUP BY symbol_id, interval_id',
  );
  return new Map(
    rows.map(([symbolId, intervalId, n]) => [partitionId(Number(symbolId), Number(intervalId)), Number(n)]),
  );
}

async function readTasks(
  source: Snapshot,
  filter: { readonly run_id?: readonly number[] },
  ids: ReadonlySet<number>,
): Promise<LedgerTask[]> {
  if (ids.size === 0) return [];
  type Row = {
    readonly task_id: number;
    readonly stage: string;
    readonly strategy_id: number | null;
    readonly symbol_id: number;
    readonly interval_id: number;
    readonly from_time: number;
  };
  const rows = await collectRows<Row>(source, 'run_task', { ...filter, task_id: fromFirst(ids) }, [
    'task_id',
    'stage',
    'strategy_id',
    'symbol_id',
    'interval_id',
    'from_time',
  ]);
  return rows
    .filter((row) => ids.has(row.task_id))
    .map((row) => ({
      taskId: row.task_id,
      stage: row.stage,
      strategyId: row.strategy_id,
      symbolId: row.symbol_id,
      intervalId: row.interval_id,
      fromTime: row.from_time,
    }));
}

async function readChanges(
  source: Snapshot,
  filter: { readonly run_id?: readonly number[] },
  seqs: ReadonlySet<number>,
): Promise<LedgerChange[]> {
  if (seqs.size === 0) return [];
  type Row = Readonly<
    Record<
      'seq' | 'run_id' | 'symbol_id' | 'interval_id' | 'from_time' | 'to_time' | 'added' | 'revised',
      number
    >
  >;
  const rows = await collectRows<Row>(source, 'kline_change', { ...filter, seq: fromFirst(seqs) });
  return rows
    .filter((row) => seqs.has(row.seq))
    .map((row) => ({
      seq: row.seq,
      runId: row.run_id,
      symbolId: row.symbol_id,
      intervalId: row.interval_id,
      fromTime: row.from_time,
      toTime: row.to_time,
      bars: row.added + row.revised,
    }));
}

function fromFirst(ids: ReadonlySet<number>): { readonly from: number } {
  return { from: [...ids].reduce((least, id) => Math.min(least, id), Number.POSITIVE_INFINITY) };
}

const runsOf = (snapshot: Snapshot): Promise<Run[]> =>
  collectRows<Run>(snapshot, 'run', {}, ['run_id', 'started_at', 'status']);

const symbolsOf = (snapshot: Snapshot): Promise<{ symbol_id: number; symbol: string }[]> =>
  collectRows(snapshot, 'dim_symbol', {});
