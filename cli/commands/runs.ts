import type { Command } from 'commander';
import { UserError } from '../../engine/index.js';
import type { RunRecord, TaskRecord, Warehouse } from '../../warehouse/index.js';
import { type CommonOptions, common, group } from '../command.js';
import { duration, time, whole } from '../format.js';
import { withReader } from '../open.js';
import { print } from '../output.js';
import type { RUN_OUTPUT, RUNS_OUTPUT } from '../schemas/runs.js';
import { table } from '../table.js';
import { wholeNumber } from '../values.js';

/** `klinemill runs` */
export function runsCommand(): Command {
  const command = group('runs', 'the ledger: what was done, when, why, and from which bytes')
    .argument('[run]', 'run to show with all its tasks', wholeNumber(1))
    .option('--limit <n>', 'runs to list', wholeNumber(1), 20);
  return common(command).action(
    (runId: number | undefined, options: CommonOptions & { readonly limit: number }) =>
      withReader(options, (warehouse) =>
        runId === undefined ? listRuns(warehouse, options) : showRun(warehouse, runId, options),
      ),
  );
}

async function listRuns(
  warehouse: Warehouse,
  options: CommonOptions & { readonly limit: number },
): Promise<void> {
  const runs = await warehouse.runs(options.limit);
  const document = { warehouse: warehouse.url, runs: runs.map(listedRun) };
  await print<typeof RUNS_OUTPUT>(options, document, () => {
    const columns = [
      { head: 'run' },
      { head: 'kind', left: true },
      { head: 'status', left: true },
      { head: 'started (UTC)', left: true },
      { head: 'took' },
      { head: 'detail', left: true },
    ];
    return table(
      columns,
      runs.map((run) => [
        whole(run.runId),
        run.kind,
        statusText(run),
        time(seconds(run.startedAt)),
        took(run),
        run.detail,
      ]),
    );
  });
}

async function showRun(warehouse: Warehouse, runId: number, options: CommonOptions): Promise<void> {
  const run = (await warehouse.runs(Number.MAX_SAFE_INTEGER)).find((candidate) => candidate.runId === runId);
  if (run === undefined) throw new UserError(`runs: there is no run ${runId}; klinemill runs lists them`);
  const tasks = await warehouse.tasks(runId);
  const names = new Map(
    (await warehouse.strategies()).map(({ strategyId, document, version }) => [
      strategyId,
      `${document.strategy}@${version}`,
    ]),
  );
  const nameOf = ({ strategyId }: TaskRecord): string | null =>
    strategyId === null ? null : (names.get(strategyId) ?? `strategy ${strategyId}`);
  const document = {
    warehouse: warehouse.url,
    ...listedRun(run),
    tasks: tasks.map((task) => ({
      stage: task.stage,
      strategy: nameOf(task),
      symbol: task.symbol,
      interval: task.interval,
      from_time: task.fromTime,
      to_time: task.toTime,
      bars: task.bars,
      rows_written: task.rowsWritten,
      codes: [...task.codes],
      versions: { ...task.versions },
      reason: task.reason,
      kline_hash: task.klineHash,
      elapsed_ms: task.elapsedMs,
    })),
  };
  await print<typeof RUN_OUTPUT>(options, document, () => runText(run, tasks, nameOf));
}

function runText(
  run: RunRecord,
  tasks: readonly TaskRecord[],
  nameOf: (task: TaskRecord) => string | null,
): string {
  const head = `run ${run.runId}: ${run.kind}, ${statusText(run)}, started ${time(seconds(run.startedAt))}, took ${took(run) ?? '?'}`;
  const columns = [
    { head: 'stage', left: true },
    { head: 'strategy', left: true },
    { head: 'symbol', left: true },
    { head: 'interval', left: true },
    { head: 'from', left: true },
    { head: 'to (UTC)', left: true },
    { head: 'bars' },
    { head: 'codes' },
    { head: 'rows written' },
    { head: 'took' },
    { head: 'why', left: true },
  ];
  const rows = tasks.map((task) => [
    task.stage,
    nameOf(task),
    task.symbol,
    task.interval,
    // Close times are a millisecond short of the minute.
    time(task.fromTime + 1),
    time(task.toTime + 1),
    whole(task.bars),
    task.codes.length === 0 ? null : whole(task.codes.length),
    whole(task.rowsWritten),
    duration(task.elapsedMs),
    task.reason,
  ]);
  return `${head}\n${run.detail}\n${tasks.length === 0 ? 'no tasks' : table(columns, rows)}`;
}

function listedRun({ runId, kind, status, startedAt, finishedAt, detail }: RunRecord) {
  return { run_id: runId, kind, status, started_at: startedAt, finished_at: finishedAt, detail };
}

/** A writer would hold the warehouse: what still runs while this reads was killed. */
function statusText({ status }: RunRecord): string {
  return status === 'RUNNING' ? 'killed' : status.toLowerCase();
}

function took({ startedAt, finishedAt }: RunRecord): string | null {
  return finishedAt === null ? null : duration(finishedAt - startedAt);
}

const seconds = (at: number): number => Math.floor(at / 1000) * 1000;
