import type { AmountBar, Bar, BenchCase, BenchContext, Contender, RatioBar, Size, Work } from './case.js';
import { summarizeControl, timeControl } from './control.js';
import { type Fit, fitLine } from './fit.js';
import { collectGarbage } from './heap.js';
import type { Machine } from './machine.js';
import { type Measured, measure } from './measure.js';
import type { Summary } from './statistics.js';

/** One contender on one size. */
export interface ContenderResult extends Measured {
  readonly work: Work;
}

export interface SizeResult {
  readonly size: string;
  /** What was found equal before the clock started. */
  readonly checked: string;
  readonly ours: ContenderResult;
  readonly references: readonly ContenderResult[];
}

/** What was promised and what came out. */
export interface Verdict {
  readonly bar: Bar;
  readonly value: number;
  readonly isMet: boolean;
  /** What a bar of growth was judged by, in ms and ms a bar. */
  readonly fit?: Fit;
}

export interface CaseResult {
  readonly name: string;
  readonly group: string;
  readonly title: string;
  /** Milliseconds of the control (control.ts) before and after the case. */
  readonly control: Summary;
  /** Of the whole case: loading, checking, timing. */
  readonly elapsedMs: number;
  readonly sizes: readonly SizeResult[];
  /** None of small sizes: nothing was promised of them. */
  readonly verdicts: readonly Verdict[];
}

/** A case that was not measured, and what was promised of it. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
  readonly bars: readonly Bar[];
}

/** A whole run; what `--json` writes. */
export interface RunResult {
  readonly machine: Machine;
  readonly corpus: string;
  readonly isQuick: boolean;
  readonly elapsedMs: number;
  readonly cases: readonly CaseResult[];
  readonly leftOut: readonly LeftOut[];
}

/** Loads, checks and times every size of a case. @throws Error with the case's name when ours and a reference differ */
export async function runCase<Input>(
  benchCase: BenchCase<Input>,
  context: BenchContext,
  onSize: (result: SizeResult) => void,
): Promise<CaseResult> {
  const { name, group, title, bars = [] } = benchCase;
  const start = performance.now();
  const before = timeControl();
  const sizes: SizeResult[] = [];
  for (const size of benchCase.sizes(context)) {
    const result = await runSize(benchCase, size, context);
    sizes.push(result);
    onSize(result);
  }
  const control = summarizeControl(before, timeControl());
  const elapsedMs = performance.now() - start;
  const verdicts = context.isQuick ? [] : bars.map((bar) => judgeAll(bar, sizes));
  return { name, group, title, control, elapsedMs, sizes, verdicts };
}

async function runSize<Input>(
  benchCase: BenchCase<Input>,
  size: Size,
  context: BenchContext,
): Promise<SizeResult> {
  // What the size before left behind is nobody's cost.
  await collectGarbage();
  const input = await benchCase.load(size, context);
  try {
    return await runLoaded(benchCase, size, context, input);
  } finally {
    await benchCase.release?.(input);
  }
}

async function runLoaded<Input>(
  benchCase: BenchCase<Input>,
  size: Size,
  context: BenchContext,
  input: Input,
): Promise<SizeResult> {
  const checked = await benchCase.check(input);
  const contenders = [benchCase.run, ...benchCase.reference];
  const measured = await measure(contenders, input, benchCase.effort(context, size));
  const workOf = (contender: Contender<Input>): Work => contender.work?.(input) ?? benchCase.work(input);
  const [ours, ...references] = measured.map((one, i) => ({ ...one, work: workOf(contenders[i]!) }));
  return { size: size.label, checked, ours: ours!, references };
}

/** The verdict of the size that counts: the last one, or the worst one where the bar is of every size. */
export function judgeAll(bar: Bar, sizes: readonly SizeResult[]): Verdict {
  if (bar.isOfEverySize !== true) return judge(bar, sizes.at(-1)!);
  const [best, ...others] = sizes.map((size) => judge(bar, size)).sort((a, b) => b.value - a.value);
  return bar.atLeast === undefined ? best! : (others.at(-1) ?? best!);
}

/** @throws Error when the bar names a reference, a memory peak or units that the size has not */
export function judge(bar: Bar, size: SizeResult): Verdict {
  if ('growth' in bar && bar.growth !== 'peak') {
    const fit = fitOf(size);
    const value = bar.growth === 'deviation' ? fit.worstDeviation : fit.exponent;
    return { ...verdictOf(bar, value), fit };
  }
  return verdictOf(bar, plainValue(bar, size));
}

function verdictOf(bar: Bar, value: number): Verdict {
  const isMet =
    value >= (bar.atLeast ?? Number.NEGATIVE_INFINITY) && value <= (bar.atMost ?? Number.POSITIVE_INFINITY);
  return { bar, value, isMet };
}

function plainValue(bar: Bar, size: SizeResult): number {
  if ('growth' in bar) return peakGrowth(size);
  return 'ratio' in bar ? ratioOf(bar, size) : amountOf(bar, size.ours);
}

function fitOf({ ours, references }: SizeResult): Fit {
  return fitLine([ours, ...references].map(({ ms, work }) => ({ n: work.bars, time: ms.median })));
}

function peakGrowth({ ours, references }: SizeResult): number {
  const peaks = [ours, ...references].map(({ peakBytes }) => {
    if (peakBytes === null) throw new Error('bench: growth of peaks needs contenders that report their peak');
    return peakBytes.median;
  });
  return Math.max(...peaks) / Math.min(...peaks);
}

function amountOf({ amount, unit }: AmountBar, { ms, work }: ContenderResult): number {
  if (work.units === undefined) throw new Error(`bench: no units counted to judge '${unit}' by`);
  return amount === 'nsPerUnit' ? (ms.median * 1e6) / work.units : work.units / (ms.median / 1000);
}

function ratioOf({ ratio, against }: RatioBar, { ours, references }: SizeResult): number {
  const reference = references.find(({ contender }) => contender === against);
  if (reference === undefined) throw new Error(`bench: no reference '${against}' to judge against`);
  if (ratio === 'speed') return reference.ms.median / ours.ms.median;
  if (ratio === 'time') return ours.ms.median / reference.ms.median;
  if (ours.peakBytes === null || reference.peakBytes === null)
    throw new Error('bench: a ratio of peaks needs contenders that report their peak');
  return ours.peakBytes.median / reference.peakBytes.median;
}
