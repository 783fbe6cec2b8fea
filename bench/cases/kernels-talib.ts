import { join } from 'node:path';
import type { BenchCase, BenchContext, Contender } from '../case.js';
import { SERIES, writeCsv } from '../corpus.js';
import { kernelKlines } from '../kernel-klines.js';
import { runJob } from '../run-job.js';
import { summarize } from '../statistics.js';
import { compareTalib, TALIB_GROUPS, talibMissing, talibVersion, timeTalib } from '../talib.js';

/** Nanoseconds by sample, of one size. */
interface TalibInput {
  readonly checked: string;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly codes: number;
  /** What is said of the whole, by the last sample of it. */
  readonly summary: string | null;
}

/** Nanoseconds by group, then by sample; `all`: of one program with every code. */
interface Samples {
  readonly checked: string;
  readonly ours: readonly (readonly number[])[];
  readonly theirs: readonly (readonly number[])[];
  readonly all: readonly number[];
}

const TALIB = "TA-Lib's C";
const ALL = 'all codes';
const CODES = TALIB_GROUPS.flatMap(({ codes }) => codes);
const LAPS = 21;
const ROUNDS = 7;
/** Above this share of TA-Lib's time a kernel is named. */
const NAMED_ABOVE = 1.1;

const median = (samples: readonly number[]): number => summarize(samples).median;
const labelOf = (codes: readonly string[]): string => codes.join(' ');

export const kernelsTalib: BenchCase<TalibInput> = {
  name: 'kernels-talib',
  group: 'kernels',
  title:
    `The ${CODES.length} codes that TA-Lib has, BTCUSDT 15m, one thread, against TA-Lib's C without an addon in between (gcc -O2). A sample ` +
    `is a process that loads, warms up and takes the median of ${LAPS} laps. By kernel: with the kernels that it reads, against ` +
    `the calls that make the same codes; ${ALL}: one program of ours, against the sum of all calls.`,
  bars: [
    { ratio: 'time', against: TALIB, atMost: 0.7 },
    { ratio: 'time', against: TALIB, atMost: 4, isOfEverySize: true },
  ],
  missing: talibMissing,
  sizes: () => [...TALIB_GROUPS.map(({ codes }) => labelOf(codes)), ALL].map((label) => ({ label, bars: 0 })),
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : ROUNDS, roundMs: 0, warmUp: 0 }),
  load: async ({ label }, context) => {
    // A process times every kernel in one go, so the samples are taken once and every size reports its part of them.
    const samples = await context.once('talib samples', () => takeSamples(context));
    const { checked, ours, theirs, all } = samples;
    if (label !== ALL) {
      const group = TALIB_GROUPS.findIndex(({ codes }) => labelOf(codes) === label);
      const { codes } = TALIB_GROUPS[group]!;
      return { checked, ours: ours[group]!, theirs: theirs[group]!, codes: codes.length, summary: null };
    }
    const sums = all.map((_, sample) => theirs.reduce((sum, one) => sum + one[sample]!, 0));
    return { checked, ours: all, theirs: sums, codes: CODES.length, summary: slower(samples) };
  },
  work: ({ codes }) => ({ bars: SERIES.btc15m.rows, rows: SERIES.btc15m.rows * codes }),
  check: ({ checked }) => checked,
  run: replay('klinemill', ({ ours }) => ours),
  reference: [replay(TALIB, ({ theirs }) => theirs)],
};

/** Hands out the samples in the order they were taken. */
function replay(name: string, of: (input: TalibInput) => readonly number[]): Contender<TalibInput> {
  const next = new WeakMap<TalibInput, number>();
  return {
    name,
    run: (input) => {
      const at = next.get(input) ?? 0;
      next.set(input, at + 1);
      const samples = of(input);
      const isLast = samples === input.ours && at === samples.length - 1 && input.summary !== null;
      return { elapsedMs: samples[at]! / 1e6, ...(isLast ? { detail: input.summary! } : {}) };
    },
  };
}

/** Compares first, then takes samples in turns. */
async function takeSamples(context: BenchContext): Promise<Samples> {
  const version = talibVersion();
  if (version !== null) context.versions.set("TA-Lib's C of npm talib", version);
  const csv = join(context.folder, 'talib.csv');
  writeCsv(await kernelKlines(context), csv);
  const checked = compareTalib(csv);
  const groups = [...TALIB_GROUPS.map(({ codes }) => codes), CODES];
  const ours: number[][] = [];
  const theirs: number[][] = [];
  for (let round = 0; round < (context.isQuick ? 1 : ROUNDS); round++) {
    ours.push((await runJob('timeKernels', { series: SERIES.btc15m, groups, laps: LAPS })).result);
    theirs.push(timeTalib(csv, LAPS));
  }
  const byGroup = (samples: number[][]): number[][] =>
    samples[0]!.map((_, group) => samples.map((one) => one[group]!));
  const [all, ...rest] = byGroup(ours).reverse();
  return { checked, ours: rest.reverse(), theirs: byGroup(theirs), all: all! };
}

function slower({ ours, theirs }: Samples): string {
  const shares = TALIB_GROUPS.map(({ codes }, group) => ({
    label: labelOf(codes),
    share: median(ours[group]!) / median(theirs[group]!),
  })).sort((a, b) => b.share - a.share);
  const named = shares.filter(({ share }) => share > NAMED_ABOVE);
  const list = named.map(({ label, share }) => `${label} ${share.toFixed(2)}`).join(', ');
  return `${named.length} of ${shares.length} kernels above ${NAMED_ABOVE} of TA-Lib's time${list === '' ? '' : `: ${list}`}`;
}
