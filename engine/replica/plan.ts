/** A row of run_task, as far as it says what to copy. */
export interface LedgerTask {
  readonly taskId: number;
  readonly stage: string;
  readonly strategyId: number | null;
  readonly symbolId: number;
  readonly intervalId: number;
  readonly fromTime: number;
}

/** A row of kline_change, as far as it says what to copy. */
export interface LedgerChange {
  readonly seq: number;
  readonly runId: number;
  readonly symbolId: number;
  readonly intervalId: number;
  readonly fromTime: number;
  readonly toTime: number;
  /** Bars added and revised; none: the partition was forgotten. */
  readonly bars: number;
}

/** Everything that decides what is copied; plain data, read from both warehouses. */
export interface SyncInput {
  /** Ledger rows of the source that the target lacks. */
  readonly tasks: readonly LedgerTask[];
  readonly changes: readonly LedgerChange[];
  /** Partitions with klines in the target. */
  readonly known: ReadonlySet<string>;
  /** Partitions whose number of rejects differs. */
  readonly rejects: ReadonlySet<string>;
}

/** Facts of a strategy version to copy: those from a close time on. */
export interface StrategySync {
  /** null: none. */
  readonly predictions: number | null;
  /** First stale bar; trades that were open there may have ended differently, so results are copied from before it on. */
  readonly results: number;
}

/** What to copy of one partition, in one transaction. */
export interface PartitionSync {
  readonly symbolId: number;
  readonly intervalId: number;
  /** Everything, in the place of whatever the target has; the ranges do not count then. */
  readonly isWhole: boolean;
  /** Close times, both included. */
  readonly klines: { readonly from: number; readonly to: number } | null;
  readonly indicators: number | null;
  readonly strategies: ReadonlyMap<number, StrategySync>;
  readonly rejects: boolean;
  /** Runs whose replaced bars are to be copied. */
  readonly revisionRuns: ReadonlySet<number>;
  /** Rows of the ledger to copy with it. */
  readonly taskIds: readonly number[];
  readonly seqs: readonly number[];
}

type Draft = {
  -readonly [Name in keyof PartitionSync]: PartitionSync[Name];
} & {
  strategies: Map<number, StrategySync>;
  revisionRuns: Set<number>;
  taskIds: number[];
  seqs: number[];
};

/** Stages whose task names the range that was looked at; what became of the klines there stands in kline_change. */
const KLINE_STAGES: readonly string[] = ['load', 'resample'];

/** What the ledger says was written since, by partition. Pure. In the order of symbol and interval. */
export function planSync({ tasks, changes, known, rejects }: SyncInput): PartitionSync[] {
  const drafts = new Map<string, Draft>();
  const draftOf = (symbolId: number, intervalId: number): Draft => {
    const id = partitionId(symbolId, intervalId);
    const draft = drafts.get(id) ?? emptyDraft(symbolId, intervalId, !known.has(id), rejects.has(id));
    drafts.set(id, draft);
    return draft;
  };
  for (const change of changes) takeChange(draftOf(change.symbolId, change.intervalId), change);
  for (const task of tasks) takeTask(draftOf(task.symbolId, task.intervalId), task);
  for (const id of rejects) {
    const [symbolId, intervalId] = id.split('|').map(Number);
    draftOf(symbolId!, intervalId!);
  }
  return [...drafts.values()].sort((a, b) => a.symbolId - b.symbolId || a.intervalId - b.intervalId);
}

export function partitionId(symbolId: number, intervalId: number): string {
  return `${symbolId}|${intervalId}`;
}

function emptyDraft(symbolId: number, intervalId: number, isWhole: boolean, rejects: boolean): Draft {
  return {
    symbolId,
    intervalId,
    isWhole,
    klines: null,
    indicators: null,
    strategies: new Map(),
    rejects,
    revisionRuns: new Set(),
    taskIds: [],
    seqs: [],
  };
}

function takeChange(draft: Draft, { seq, runId, fromTime, toTime, bars }: LedgerChange): void {
  draft.seqs.push(seq);
  draft.revisionRuns.add(runId);
  if (bars === 0) draft.isWhole = true;
  draft.klines = {
    from: Math.min(fromTime, draft.klines?.from ?? fromTime),
    to: Math.max(toTime, draft.klines?.to ?? toTime),
  };
}

function takeTask(draft: Draft, { taskId, stage, strategyId, fromTime }: LedgerTask): void {
  draft.taskIds.push(taskId);
  if (KLINE_STAGES.includes(stage)) return;
  if (strategyId === null) {
    draft.indicators = Math.min(fromTime, draft.indicators ?? fromTime);
    return;
  }
  const before = draft.strategies.get(strategyId);
  const predictions = before?.predictions ?? null;
  draft.strategies.set(strategyId, {
    // A refinement decides results again and touches no prediction.
    predictions: stage === 'refine' ? predictions : Math.min(fromTime, predictions ?? fromTime),
    results: Math.min(fromTime, before?.results ?? fromTime),
  });
}
