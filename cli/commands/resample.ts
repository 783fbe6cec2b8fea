import { type Command, Option } from 'commander';
import { type ResampleReport, type ResampleTaskReport, resample } from '../../engine/index.js';
import type { Warehouse } from '../../warehouse/index.js';
import { type CommonOptions, common, group } from '../command.js';
import { counted, duration, rate, time, whole } from '../format.js';
import { interruptible, stopIfInterrupted } from '../interruption.js';
import { withWriter } from '../open.js';
import { note, print } from '../output.js';
import { Progress } from '../progress.js';
import type { RESAMPLE_OUTPUT } from '../schemas/resample.js';
import { table } from '../table.js';
import { parseInterval, parseTime } from '../values.js';

interface ResampleCommandOptions extends CommonOptions {
  readonly from: string;
  readonly to: readonly string[];
  readonly symbol?: string;
  readonly partial?: true;
  readonly revise?: true;
  readonly now?: number;
}

/** `klinemill resample` */
export function resampleCommand(): Command {
  const command = group('resample', 'derive coarser klines from finer ones: what is new or changed')
    .addOption(
      new Option('--from <interval>', 'interval to derive from')
        .argParser(parseInterval)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--to <intervals>', 'coarser ones, with commas: 15m,1h,4h,1d')
        .argParser((text: string) => text.split(',').map((interval) => parseInterval(interval.trim())))
        .makeOptionMandatory(),
    )
    .option('--symbol <symbol>', 'only this symbol')
    .option('--partial', 'derive bars from what is there where bars are missing, too')
    .option('--revise', 'where a loaded bar says something else, replace it; looks at every bar again')
    .addOption(
      new Option(
        '--now <time>',
        'buckets that close at or after it, and lack bars, are still open',
      ).argParser(parseTime),
    );
  return common(command).action((options: ResampleCommandOptions) =>
    withWriter(options, async (warehouse) => {
      const report = await resampleWithProgress(warehouse, options);
      const document = {
        warehouse: warehouse.url,
        run_id: report.runId,
        partial: options.partial === true,
        elapsed_ms: report.elapsedMs,
        tasks: report.tasks.map(taskDocument),
      };
      await print<typeof RESAMPLE_OUTPUT>(options, document, () => resampleText(report));
      for (const task of report.tasks) sayConflicts(task);
    }),
  );
}

async function resampleWithProgress(
  warehouse: Warehouse,
  { from, to, symbol, partial, revise, now }: ResampleCommandOptions,
): Promise<ResampleReport> {
  const progress = new Progress('bars', null);
  let bars = 0;
  try {
    return await interruptible(() =>
      resample(warehouse, {
        ...{ from, to, symbol, partial, revise, now },
        onBars: (read) => {
          bars += read;
          progress.show(bars);
          stopIfInterrupted();
        },
      }),
    );
  } finally {
    progress.end();
  }
}

function taskDocument(task: ResampleTaskReport) {
  const { firstConflict: conflict } = task;
  return {
    symbol: task.symbol,
    from: task.source,
    to: task.target,
    reason: task.reason,
    source_bars: task.sourceBars,
    added: task.added,
    replaced: task.replaced,
    revised: task.revised,
    kept: task.kept,
    conflicts: task.conflicts,
    first_conflict:
      conflict === null
        ? null
        : {
            close_time: conflict.closeTime,
            column: conflict.column,
            standing: known(conflict.standing),
            derived: known(conflict.derived),
          },
    incomplete: task.incomplete,
    elapsed_ms: task.elapsedMs,
  };
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

function resampleText({ runId, tasks, elapsedMs }: ResampleReport): string {
  if (runId === null) return 'nothing is stale: nothing was derived or written';
  const columns = [
    { head: 'symbol', left: true },
    { head: 'from', left: true },
    { head: 'to', left: true },
    { head: 'bars' },
    { head: 'added' },
    { head: 'replaced' },
    { head: 'kept' },
    { head: 'conflicts' },
    { head: 'incomplete' },
    { head: 'took' },
    { head: 'why', left: true },
  ];
  const rows = tasks.map((task) => [
    task.symbol,
    task.source,
    task.target,
    whole(task.sourceBars),
    whole(task.added),
    whole(task.replaced + task.revised),
    whole(task.kept),
    whole(task.conflicts),
    whole(task.incomplete),
    duration(task.elapsedMs),
    task.reason,
  ]);
  const bars = tasks.reduce((sum, task) => sum + task.sourceBars, 0);
  const speed = `${counted(bars, 'bar')} in ${duration(elapsedMs)} (${whole(rate(bars, elapsedMs))} bars/s)`;
  return `${table(columns, rows)}\nrun ${runId}: ${speed}`;
}

function sayConflicts({ symbol, source, target, conflicts, firstConflict }: ResampleTaskReport): void {
  if (firstConflict === null) return;
  const { closeTime, column, standing, derived } = firstConflict;
  note(
    `${symbol} ${target}: ${counted(conflicts, 'loaded bar')} not as derived from ${source}, left as loaded (--revise replaces); ` +
      `first at ${time(closeTime)}: ${column} is ${known(standing) ?? 'unknown'}, derived ${known(derived) ?? 'unknown'}`,
  );
}
