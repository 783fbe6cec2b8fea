/** One size of a case: a label for the tables and the number that `load` is given. */
export interface Size {
  readonly label: string;
  /** Bars asked of the corpus; 0 where the label says it all. */
  readonly bars: number;
}

/** What one run does; both sides of a comparison do the same. */
export interface Work {
  readonly bars: number;
  /** Rows written or values computed, as the case's title says. */
  readonly rows?: number;
  /** Bytes that go in or out, as the case's title says. */
  readonly bytes?: number;
  /** What the case counts by, when that is not bars (its bars name it). */
  readonly units?: number;
}

/** What a contender measured by itself, when the clock around `run` is not what counts (work in a child process). */
export interface Sample {
  readonly elapsedMs: number;
  /** Peak resident memory of the process that did it. */
  readonly peakBytes?: number;
  /** What else is worth knowing of this run, in one line. */
  readonly detail?: string;
}

/** One side of a comparison. */
export interface Contender<Input = unknown> {
  readonly name: string;
  /** Its work is done on another thread, whose memory is not seen here. */
  readonly isElsewhere?: true;
  /** Where it does not do the case's own work. */
  work?(input: Input): Work;
  /** Runs before every sample, outside the clock. */
  prepare?(input: Input): void | Promise<void>;
  // biome-ignore lint/suspicious/noConfusingVoidType: a contender that leaves the clock to the runner returns nothing
  run(input: Input): void | Sample | Promise<void | Sample>;
}

/** `speed`: reference time / our time; `time`: our time / reference time; `peak`: our peak memory / the reference's. */
export type RatioKind = 'speed' | 'time' | 'peak';

/** `nsPerUnit`: our time over `Work.units`; `unitsPerSecond`: the other way round. */
export type AmountKind = 'nsPerUnit' | 'unitsPerSecond';

interface Limit {
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Judged on the worst size instead of the last one. */
  readonly isOfEverySize?: true;
}

/** A promised ratio of two medians of one run. */
export interface RatioBar extends Limit {
  readonly ratio: RatioKind;
  /** Name of the reference. */
  readonly against: string;
}

/** A promised amount: what it is worth depends on the machine, which the report names. */
export interface AmountBar extends Limit {
  readonly amount: AmountKind;
  /** The unit as the report calls it: one of them for `nsPerUnit`, many for `unitsPerSecond`. */
  readonly unit: string;
}

/**
 * `deviation`: the worst of time = a + b n, relative; `exponent`: of time - a; both over the contenders, n = bars. `peak`:
 * their greatest peak memory over the smallest.
 */
export type GrowthKind = 'deviation' | 'exponent' | 'peak';

/** A promise of how a cost grows over contenders that do the same work in several sizes. */
export interface GrowthBar extends Limit {
  readonly growth: GrowthKind;
}

/** What an issue promised; judged on full runs. */
export type Bar = RatioBar | AmountBar | GrowthBar;

/** How often a contender runs: `rounds` alternating rounds, each at least `roundMs` long and at least once. */
export interface Effort {
  readonly rounds: number;
  readonly roundMs: number;
  /** Rounds before those, which do not count. */
  readonly warmUp: number;
}

/** What cases share during a run. */
export interface BenchContext {
  readonly isQuick: boolean;
  /** Of servers and native programs that were found, by name: on top of the report. */
  readonly versions: Map<string, string>;
  /** Removed at the end. */
  readonly folder: string;
  /** Hands out a path in `folder` where no file is yet; what stands there afterwards is removed. */
  withFile<T>(use: (file: string) => Promise<T>): Promise<T>;
  /** Makes a value on the first call for `key`; later calls get the same one. */
  once<T>(key: string, make: () => Promise<T>): Promise<T>;
}

/**
 * One benchmark: one small file in `cases/`. The runner loads a size, proves with `check` that ours and the references
 * agree, and only then times them in turns.
 */
export interface BenchCase<Input = unknown> {
  /** Lower kebab case, unique: what `--filter` looks at. */
  readonly name: string;
  readonly group: string;
  /** One sentence: what is compared, on which data, and what `rows` and `MB` mean. */
  readonly title: string;
  readonly bars?: readonly Bar[];
  /** Why it cannot run here; null: it can. */
  missing?(): string | null;
  sizes(context: BenchContext): readonly Size[];
  effort(context: BenchContext, size: Size): Effort;
  load(size: Size, context: BenchContext): Promise<Input>;
  work(input: Input): Work;
  /** Returns what was found equal, in one sentence. @throws Error that names the first difference */
  check(input: Input): string | Promise<string>;
  readonly run: Contender<Input>;
  readonly reference: readonly Contender<Input>[];
  /** Frees what `load` made. */
  release?(input: Input): Promise<void>;
}
