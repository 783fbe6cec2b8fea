import { readFileSync } from 'node:fs';
import type { CaseResult, ContenderResult, RunResult } from './results.js';
import type { Summary } from './statistics.js';

export type Change = 'faster' | 'slower' | 'no difference';

/** Our time of one size in two runs. */
export interface Comparison {
  readonly name: string;
  readonly size: string;
  /** Time a bar, new over old, as measured. */
  readonly ratio: number;
  /** The same of the control around this case: what the machine did. */
  readonly control: number;
  /** What two runs of the same thing may differ by, as a fraction: how far off their medians may be, and the spread of both controls. */
  readonly noise: number;
  readonly change: Change;
}

/** Cases or sizes that only one of the runs has, by name. */
export interface Compared {
  readonly rows: readonly Comparison[];
  readonly onlyOld: readonly string[];
  readonly onlyNew: readonly string[];
}

/** Fewer samples than this say nothing of their spread. */
const LEAST_SAMPLES = 3;

/** Distance of the quartiles as a fraction of the median. */
const spread = ({ count, median, lowerQuartile, upperQuartile }: Summary): number =>
  count < LEAST_SAMPLES ? Number.POSITIVE_INFINITY : (upperQuartile - lowerQuartile) / median;

/**
 * So many times their quartile distance over the root of their number two medians may be off. Of normal samples that is three
 * standard errors each and a little more: fewer than one comparison in twenty of equal things finds a difference, from three samples on (simulated
 * in compare.test.ts, where the quartiles of few samples, which say little, are in it).
 */
const MEDIAN_ERRORS = 3;

const medianError = (samples: Summary): number =>
  (MEDIAN_ERRORS * spread(samples)) / Math.sqrt(samples.count);

const perBar = ({ ms, work }: ContenderResult): number => ms.median / work.bars;

interface Entry {
  readonly of: CaseResult;
  readonly size: string;
  readonly ours: ContenderResult;
}

const entriesOf = ({ cases }: RunResult): Map<string, Entry> =>
  new Map(
    cases.flatMap((of) => of.sizes.map(({ size, ours }) => [`${of.name} ${size}`, { of, size, ours }])),
  );

/** Compares our medians case by case and size by size. */
export function compareRuns(before: RunResult, after: RunResult): Compared {
  const old = entriesOf(before);
  const now = entriesOf(after);
  const rows = [...now].flatMap(([key, entry]) => {
    const other = old.get(key);
    return other === undefined ? [] : [compareEntries(other, entry)];
  });
  return {
    rows,
    onlyOld: [...old.keys()].filter((key) => !now.has(key)),
    onlyNew: [...now.keys()].filter((key) => !old.has(key)),
  };
}

function compareEntries(old: Entry, now: Entry): Comparison {
  const ratio = perBar(now.ours) / perBar(old.ours);
  const control = now.of.control.median / old.of.control.median;
  // The control's spread is what the machine does from one moment to the next: more samples make it no smaller.
  const noise =
    medianError(old.ours.ms) + medianError(now.ours.ms) + spread(old.of.control) + spread(now.of.control);
  return {
    name: now.of.name,
    size: now.size,
    ratio,
    control,
    noise,
    change: changeOf(ratio, control, noise),
  };
}

/** A change counts as measured and with the machine's own change taken out: whatever the control does not share stays doubtful. */
function changeOf(ratio: number, control: number, noise: number): Change {
  const both = [ratio, ratio / control];
  if (both.every((one) => one > 1 + noise)) return 'slower';
  return both.every((one) => one < 1 / (1 + noise)) ? 'faster' : 'no difference';
}

/** Lines for the terminal. */
export function comparedText({ rows, onlyOld, onlyNew }: Compared): string {
  const head = ['case', 'size', 'time, new / old', 'control', 'noise', ''];
  const cells = rows.map(({ name, size, ratio, control, noise, change }) => [
    name,
    size,
    ratio.toFixed(3),
    control.toFixed(3),
    Number.isFinite(noise) ? `${(noise * 100).toFixed(1)} %` : 'not known',
    change,
  ]);
  const table = [head, ...cells];
  const widths = head.map((_, c) => Math.max(...table.map((row) => row[c]!.length)));
  return [
    ...table.map((row) =>
      row
        .map((cell, c) => cell.padEnd(widths[c]!))
        .join('  ')
        .trimEnd(),
    ),
    ...onlyOld.map((key) => `only in the old run: ${key}`),
    ...onlyNew.map((key) => `only in this run: ${key}`),
  ].join('\n');
}

/** @throws Error when the file cannot be read or is no result of `--json` with a control */
export function readRun(file: string): RunResult {
  let run: RunResult;
  try {
    run = JSON.parse(readFileSync(file, 'utf8')) as RunResult;
  } catch (error) {
    throw new Error(`bench: --compare ${file}: ${(error as Error).message}`);
  }
  if (!Array.isArray(run?.cases) || run.cases.some(({ control }) => control?.median === undefined))
    throw new Error(`bench: --compare ${file}: not written by --json of a run with a control`);
  return run;
}
