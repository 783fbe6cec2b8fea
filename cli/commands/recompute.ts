import type { Command } from 'commander';
import { RECOMPUTE_OPEN, type RecomputeReport } from '../../engine/index.js';
import { type CommonOptions, type ComputeOptions, common, computeOptions, group } from '../command.js';
import { counted, duration, rate, whole } from '../format.js';
import { withLoader } from '../open.js';
import { print } from '../output.js';
import { recomputeWithProgress } from '../recomputing.js';
import type { RECOMPUTE_OUTPUT } from '../schemas/recompute.js';
import { table } from '../table.js';

interface RecomputeCommandOptions extends CommonOptions, ComputeOptions {
  readonly force?: true;
}

/** `klinemill recompute` */
export function recomputeCommand(): Command {
  const command = computeOptions(
    group(
      'recompute',
      'compute what is stale: new and changed bars, new strategy versions, raised kernel versions',
    ),
  ).option('--force', 'compute everything that the filters leave, stale or not');
  return common(command, RECOMPUTE_OPEN.memoryLimit).action((options: RecomputeCommandOptions) =>
    withLoader(options, async (warehouse) => {
      const report = await recomputeWithProgress(warehouse, options);
      const { runId, bars, rowsWritten, elapsedMs } = report;
      const document = {
        warehouse: warehouse.url,
        run_id: runId,
        threads: options.threads,
        bars,
        rows_written: rowsWritten,
        elapsed_ms: elapsedMs,
        tasks: report.tasks.map((task) => ({
          symbol: task.symbol,
          interval: task.interval,
          reason: task.reason,
          codes: task.codes,
          strategies: [...task.strategies],
          bars: task.bars,
          rows_written: task.rowsWritten,
          elapsed_ms: task.elapsedMs,
        })),
      };
      await print<typeof RECOMPUTE_OUTPUT>(options, document, () => recomputeText(report, options.threads));
    }),
  );
}

function recomputeText(report: RecomputeReport, threads: number): string {
  if (report.runId === null) return 'nothing is stale: nothing was computed or written';
  const rows = report.tasks.map((task) => [
    task.symbol,
    task.interval,
    task.codes === 0 ? null : whole(task.codes),
    task.strategies.join(' ') || null,
    whole(task.bars),
    whole(task.rowsWritten),
    duration(task.elapsedMs),
    task.reason,
  ]);
  const columns = [
    { head: 'symbol', left: true },
    { head: 'interval', left: true },
    { head: 'codes' },
    { head: 'strategies', left: true },
    { head: 'bars' },
    { head: 'rows written' },
    { head: 'took' },
    { head: 'why', left: true },
  ];
  const { bars, elapsedMs, runId } = report;
  const speed = `${counted(bars, 'bar')} in ${duration(elapsedMs)} (${whole(rate(bars, elapsedMs))} bars/s)`;
  const where = threads === 0 ? 'on the main thread' : `on ${counted(threads, 'thread')}`;
  return `${table(columns, rows)}\nrun ${runId}: ${speed} ${where}`;
}
