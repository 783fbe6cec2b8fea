import { type Command, Option } from 'commander';
import { defaultThreads } from '../../engine/index.js';
import { describeMachine, type Machine } from '../bench/machine.js';
import { type SelfRun, selfRun } from '../bench/self-run.js';
import { fewestThatPay, type Timing } from '../bench/timings.js';
import type { Stage } from '../bench/walk.js';
import { type CommonOptions, group, memoryAndJson } from '../command.js';
import { counted, duration, fixed, percent, rate, whole } from '../format.js';
import { print } from '../output.js';
import type { BENCH_OUTPUT } from '../schemas/bench.js';
import { table } from '../table.js';
import { wholeNumber } from '../values.js';

const DEFAULT_BARS = 100_000;

interface BenchCommandOptions extends Pick<CommonOptions, 'memoryLimit' | 'json'> {
  readonly bars: number;
}

/** `klinemill bench` */
export function benchCommand(): Command {
  const command = group(
    'bench',
    'how fast this machine is: where the time goes, which thread count pays; on made-up klines',
  ).addOption(
    new Option('--bars <n>', 'about so many bars in each run')
      .argParser(wholeNumber(100))
      .default(DEFAULT_BARS),
  );
  return memoryAndJson(command).action(async (options: BenchCommandOptions) => {
    const machine = describeMachine();
    const run = await selfRun(options.bars, options.memoryLimit);
    const pays = { threads: fewestThatPay(run.threads), default_threads: defaultThreads() };
    const total = stageTotal(run);
    const alone = run.threads.get(0)!.medianMs;
    const document = {
      machine: {
        cpu: machine.cpu,
        cores: machine.cores,
        memory_mb: machine.memoryMb,
        system: machine.system,
        node: machine.node,
        klinemill: machine.klinemill,
      },
      data: 'SYNTHETIC' as const,
      bars: run.bars,
      csv_bytes: run.csvBytes,
      codes: run.codes,
      strategies: [...run.strategies],
      memory_limit: options.memoryLimit,
      elapsed_ms: run.elapsedMs,
      stages: [...run.stages].map(([stage, timing]) => ({
        stage,
        ...timed(timing, run.bars),
        share: timing.medianMs / total,
      })),
      threads: [...run.threads].map(([threads, timing]) => ({
        threads,
        ...timed(timing, run.bars),
        speedup: alone / timing.medianMs,
      })),
      pays,
    };
    await print<typeof BENCH_OUTPUT>(options, document, () => benchText(machine, run, pays));
  });
}

function timed({ runs, medianMs, minMs, maxMs }: Timing, bars: number) {
  return {
    runs,
    median_ms: medianMs,
    min_ms: minMs,
    max_ms: maxMs,
    bars_per_s: (1000 * bars) / medianMs,
  };
}

function stageTotal({ stages }: SelfRun): number {
  return [...stages.values()].reduce((sum, { medianMs }) => sum + medianMs, 0);
}

const MEANING: Readonly<Record<Stage, string>> = {
  parse: 'CSV text to checked klines',
  'write klines': 'encoded, appended, committed',
  'read klines': 'out of the file again',
  compute: 'indicators, metrics, predictions, confirmations on one thread',
  'encode facts': 'what was computed as Arrow batches',
  'write facts': "into the driver's chunks, appended, committed",
  close: 'what DuckDB still has to bring into the file',
};

function benchText(
  machine: Machine,
  run: SelfRun,
  pays: { readonly threads: number; readonly default_threads: number },
): string {
  const { bars, stages, threads, codes, strategies, elapsedMs, csvBytes } = run;
  const total = stageTotal(run);
  const alone = threads.get(0)!.medianMs;
  const runs = stages.get('parse')!.runs;
  const stageRows = [...stages].map(([stage, timing]) => [
    stage,
    ...cells(timing, bars),
    percent(timing.medianMs / total),
    MEANING[stage],
  ]);
  const threadRows = [...threads].map(([count, timing]) => [
    whole(count),
    ...cells(timing, bars),
    fixed(alone / timing.medianMs, 2),
  ]);
  return [
    `${machine.cpu}, ${counted(machine.cores, 'core')}, ${whole(machine.memoryMb)} MB, ${machine.system}, Node.js ${machine.node}, klinemill ${machine.klinemill}`,
    `${counted(bars, 'bar')} of a made-up market (${fixed(csvBytes / 1e6, 1)} MB of CSV), ${counted(codes, 'code')}, ${strategies.join(', ')}, into a DuckDB file in the temporary folder; medians of ${counted(runs, 'run')}, ${duration(elapsedMs)} in all`,
    '',
    'Where the time goes, one thing at a time:',
    table([{ head: 'stage', left: true }, ...TIMES, { head: 'share' }, { head: '', left: true }], stageRows),
    '',
    'recompute of all bars, with threads started and the file closed:',
    table([{ head: 'threads' }, ...TIMES, { head: 'speedup' }], threadRows),
    '',
    `--threads ${pays.threads} pays: the fewest that are within 5 % of the fastest, or within its slowest run. Default: --threads ${pays.default_threads}.`,
    'Starting threads weighs less on more bars (--bars); other machines, disks, loads and strategies have other figures.',
  ].join('\n');
}

const TIMES = [{ head: 'median ms' }, { head: 'min - max' }, { head: 'bars/s' }];

function cells({ medianMs, minMs, maxMs }: Timing, bars: number): (string | null)[] {
  return [fixed(medianMs, 1), `${fixed(minMs, 1)} - ${fixed(maxMs, 1)}`, whole(rate(bars, medianMs))];
}
