import type { PartitionState, Warehouse } from '../warehouse/index.js';
import { againWhenLost } from './again-when-lost.js';
import { type PlannedChanges, plannedChanges } from './as-planned.js';
import { finerBars } from './contested.js';
import { createInlinePool } from './inline-pool.js';
import { type PassContext, type PassReport, runPass } from './partition-pass.js';
import { type PartitionPlan, type PlanFilter, planRecompute } from './plan.js';
import { createThreadPool, partitionsUnderWay } from './pool.js';
import { runRefinement } from './refine.js';
import { currentVersions, type Versions } from './versions.js';
import { WriteQueue } from './write-queue.js';

/** Rows of a chunk unless `--chunk-rows` says otherwise: twice as many take twice the memory and no less time. */
export const DEFAULT_CHUNK_ROWS = 16_384;

/**
 * How to open a warehouse that is only recomputed (`OpenOptions`). What DuckDB cannot put down, the row groups that are not
 * full yet, is below 100 MB whatever the number of bars; more memory would keep blocks that nobody reads again. Its one
 * thread is the one that writes: who waits for another one of DuckDB's spins, on a core that could compute.
 */
export const RECOMPUTE_OPEN = { memoryLimit: '128MB', threads: 1 } as const;

export interface RecomputeOptions extends PlanFilter {
  /** Everything that the filter leaves is computed again. */
  readonly force?: boolean | undefined;
  /** Worker threads; 0 computes on the caller's thread through the same interface. */
  readonly threads: number;
  readonly chunkRows?: number | undefined;
  /** Versions to plan and record with, instead of the running code's. */
  readonly versions?: Versions | undefined;
  /** Clock for the ledger, epoch ms. */
  readonly now?: (() => number) | undefined;
  readonly onPlan?: ((plans: readonly PartitionPlan[]) => void) | undefined;
  /** Called as bars are written. */
  readonly onBars?: ((bars: number) => void) | undefined;
}

/** One pass or refinement that was done. */
export interface TaskReport extends PassReport {
  readonly symbol: string;
  readonly interval: string;
  readonly reason: string;
  readonly codes: number;
  readonly strategies: readonly string[];
}

export interface RecomputeReport {
  /** null: nothing was stale, and no run was written to the ledger. */
  readonly runId: number | null;
  readonly tasks: readonly TaskReport[];
  readonly bars: number;
  readonly rowsWritten: number;
  readonly elapsedMs: number;
}

/** Reads what the plan needs, and plans. */
export async function plan(
  warehouse: Warehouse,
  options: PlanFilter & { readonly force?: boolean | undefined; readonly versions?: Versions | undefined },
): Promise<{
  readonly plans: PartitionPlan[];
  readonly partitions: readonly PartitionState[];
  readonly seq: number;
  readonly planned: PlannedChanges;
  readonly versions: Versions;
}> {
  const versions = options.versions ?? currentVersions();
  // First: what changes while the rest is read makes `ownAsPlanned` refuse.
  const planned = plannedChanges(await warehouse.newestChanges());
  const heads = await warehouse.heads();
  const changes = await warehouse.klineChanges(0);
  const partitions = await warehouse.partitions();
  const plans = planRecompute({
    partitions,
    changes,
    heads,
    strategies: await warehouse.strategies(),
    versions,
    filter: options,
    force: options.force ?? false,
  });
  const seq = changes.reduce((newest, change) => Math.max(newest, change.seq), 0);
  return { plans, partitions, seq, planned, versions };
}

/**
 * Computes what is stale, and nothing else: new and revised bars, new strategy versions, raised kernel versions. A pass
 * stands whole or not at all; a killed run leaves whole passes and the next run does the rest.
 */
export async function recompute(warehouse: Warehouse, options: RecomputeOptions): Promise<RecomputeReport> {
  const now = options.now ?? Date.now;
  const startedAt = now();
  const { versions, ...first } = await plan(warehouse, options);
  options.onPlan?.(first.plans);
  if (first.plans.length === 0)
    return { runId: null, tasks: [], bars: 0, rowsWritten: 0, elapsedMs: now() - startedAt };

  const runId = await warehouse.startRun('recompute', describe(options), startedAt);
  const pool = options.threads === 0 ? createInlinePool() : createThreadPool(options.threads);
  const context: Omit<PassContext, 'writes' | 'seq' | 'planned' | 'finer'> = {
    warehouse,
    pool,
    versions,
    chunkRows: options.chunkRows ?? DEFAULT_CHUNK_ROWS,
    runId,
    now,
    onBars: options.onBars,
  };
  const tasks: TaskReport[] = [];
  const done = new Set<string>();
  let next: Pick<typeof first, 'plans' | 'partitions' | 'seq' | 'planned'> | null = first;
  try {
    await againWhenLost(async () => {
      // Anew each time: others may have written what was planned, and the queue fails with the transaction that was lost.
      const { plans, partitions, seq, planned } = next ?? (await plan(warehouse, { ...options, versions }));
      next = null;
      const writes = new WriteQueue(warehouse);
      const finer = finerBars(warehouse, partitions);
      // What stands is no longer stale, unless everything is.
      const left =
        options.force === true
          ? plans.filter(({ partition }) => !done.has(nameOfPartition(partition)))
          : plans;
      try {
        await forEachBounded(left, partitionsUnderWay(pool.threads), async (item) => {
          tasks.push(...(await runPlan({ ...context, seq, planned, finer, writes }, item)));
          done.add(nameOfPartition(item.partition));
        });
      } finally {
        // Passes that were written before a failure stand, unless they shared its transaction.
        await writes.commit();
      }
    });
    await warehouse.finishRun(runId, 'DONE', `${tasks.length} tasks`, now());
  } catch (error) {
    await warehouse.finishRun(runId, 'FAILED', error instanceof Error ? error.message : String(error), now());
    throw error;
  } finally {
    await pool.close();
  }
  const sum = (of: (task: TaskReport) => number): number =>
    tasks.reduce((total, task) => total + of(task), 0);
  return {
    runId,
    tasks,
    bars: sum((task) => task.bars),
    rowsWritten: sum((task) => task.rowsWritten),
    elapsedMs: now() - startedAt,
  };
}

async function runPlan(context: PassContext, item: PartitionPlan): Promise<TaskReport[]> {
  const { partition, passes, refinements } = item;
  const tasks: TaskReport[] = [];
  let isFirst = true;
  // A pass reads what the one before it stored of the partition, so that must stand.
  const afterCommit = async (run: () => Promise<PassReport>): Promise<PassReport> => {
    if (!isFirst) await context.writes.commit();
    isFirst = false;
    return run();
  };
  for (const pass of passes) {
    const report = await afterCommit(() => runPass(context, partition, pass));
    tasks.push({
      ...keyOf(partition),
      ...report,
      reason: pass.reason,
      codes: pass.codes.length,
      strategies: pass.strategies.map(nameOf),
    });
  }
  for (const refinement of refinements) {
    const report = await afterCommit(() => runRefinement(context, partition, refinement));
    const strategies = [nameOf(refinement.strategy)];
    tasks.push({ ...keyOf(partition), ...report, reason: 'finer bars', codes: 0, strategies });
  }
  return tasks;
}

/** Runs `work` on every item in order, at most `limit` at once; the first failure stops the rest and is thrown. */
async function forEachBounded<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const runners = Array.from({ length: Math.min(limit, items.length) }, async () => {
    while (next < items.length && !failed) {
      const item = items[next++]!;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  });
  const outcomes = await Promise.allSettled(runners);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

function keyOf({ symbol, interval }: PartitionState): { symbol: string; interval: string } {
  return { symbol, interval };
}

function nameOfPartition({ symbol, interval }: PartitionState): string {
  return `${symbol}|${interval}`;
}

function nameOf({ document, version }: PartitionPlan['passes'][number]['strategies'][number]): string {
  return `${document.strategy}@${version}`;
}

function describe({ symbol, interval, strategy, force, threads, chunkRows }: RecomputeOptions): string {
  return JSON.stringify({ symbol, interval, strategy, force, threads, chunkRows });
}
