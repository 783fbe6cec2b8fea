import { BLOCK_ROWS } from '../engine/index.js';
import {
  type BoundStep,
  bindProgram,
  CATALOG,
  type CatalogRow,
  compileProgram,
  KLINE_INPUTS,
  newColumn,
  type Program,
  runProgram,
} from '../kernels/index.js';
import { allowedDifference } from '../test/reference/tolerance.js';
import { SERIES } from './corpus.js';
import type { Klines } from './klines.js';
import { codesOf, type Library } from './libraries/library.js';

/** Kernels bound to the columns of klines, without the pipeline around them. */
export interface KernelRun {
  readonly klines: Klines;
  readonly program: Program;
  readonly columns: readonly Float64Array[];
  readonly state: Float64Array;
  readonly steps: readonly BoundStep[];
}

/** Both sides' inputs for some calls of a library. */
export interface KernelInput extends KernelRun {
  readonly library: Library;
  readonly bars: unknown;
}

/** Position of each kernel input among the columns of klines. */
const COLUMN = {
  OPEN: 1,
  HIGH: 2,
  LOW: 3,
  CLOSE: 4,
  VOLUME: 5,
  OPEN_TIME: 0,
  CLOSE_TIME: 6,
  TAKER_BUY_BASE: 9,
};

const STANDING_ROWS = SERIES.btc15m.rows;

/**
 * Columns in the memory of the kernels, which has room for some 60 of this length: one run after another takes the same ones, so that
 * neither waits for the garbage of another, and what is timed after them has room, too.
 */
const standing: Float64Array[] = [];

/** The kernels of the library's codes in their own memory, as the pipeline has them; more rows than it holds stand elsewhere. */
export function kernelInput(klines: Klines, library: Library): KernelInput {
  return { ...bindStanding(klines, codesOf(library.calls)), library, bars: library.bars(klines) };
}

/** The kernels that make these codes, and those that they read; good until the next call. */
export function bindStanding(klines: Klines, codes: readonly string[]): KernelRun {
  return bind(klines, rowsFor(new Set(codes)), (_, i) => {
    if (klines.rows > STANDING_ROWS) return new Float64Array(klines.rows);
    standing[i] ??= newColumn(STANDING_ROWS);
    return standing[i];
  });
}

/** Every code of the catalog over klines, computed by the kernels alone. */
export function computeCodes(klines: Klines): Map<string, Float64Array> {
  // Their memory is left to those that are timed.
  const run = bind(klines, CATALOG, () => new Float64Array(klines.rows));
  runKernels(run);
  return new Map(run.program.codes.map((code) => [code, codeColumn(run, code)]));
}

/** `bindStanding` of many runs over the same columns. @param shared columns by name */
export function bindCodes(
  klines: Klines,
  codes: readonly string[],
  shared: Map<string, Float64Array>,
): KernelRun {
  return bind(klines, rowsFor(new Set(codes)), (name) => {
    const column = shared.get(name) ?? newColumn(klines.rows);
    shared.set(name, column);
    return column;
  });
}

function bind(
  klines: Klines,
  rows: readonly CatalogRow[],
  columnOf: (name: string, index: number) => Float64Array,
): KernelRun {
  const program = compileProgram(rows);
  const columns = program.columnNames.map((name, i) => columnOf(name, i).subarray(0, klines.rows));
  for (const [i, input] of KLINE_INPUTS.entries()) columns[i]!.set(klines.columns[COLUMN[input]]!);
  const state = newColumn(program.stateSize);
  return { klines, program, columns, state, steps: bindProgram(program, columns, state) };
}

/** Computes every row from a fresh start, in blocks as the pipeline does. */
export function runKernels({ klines, steps, state }: KernelRun): void {
  state.fill(0);
  for (let start = 0; start < klines.rows; start += BLOCK_ROWS)
    runProgram(steps, start, Math.min(klines.rows, start + BLOCK_ROWS));
}

/** What the library's last call returned: an answer that outlives the run, or V8 may drop the work. */
export function runLibrary({ library, bars }: KernelInput): unknown {
  let last: unknown;
  for (const call of library.calls) last = call.run(bars);
  return last;
}

/** Compares every value of every code. @throws Error that names code, row and both values */
export function checkKernels(input: KernelInput): string {
  runKernels(input);
  const close = input.klines.columns[COLUMN.CLOSE]!;
  let compared = 0;
  let skipped = 0;
  for (const { run, series } of input.library.calls) {
    const result = run(input.bars);
    for (const { code, pick, rounding, atZero = 0, from, skip } of series) {
      const ours = codeColumn(input, code);
      const theirs = pick(result as never);
      const shift = ours.length - theirs.length;
      const first = Math.max(from ?? input.program.lookback.get(code)!, shift);
      for (let t = first; t < ours.length; t++) {
        if (skip?.(input.klines, t)) {
          skipped++;
          continue;
        }
        const a = ours[t]!;
        const b = theirs[t - shift] ?? Number.NaN;
        // A rounded decimal is off by half a unit, and by what decimals lose in float64.
        const within =
          rounding === undefined
            ? Math.max(atZero, allowedDifference(code, a, b, close[t]!))
            : rounding + 1e-9;
        // An unknown on either side is a difference too.
        if (!(Math.abs(a - b) <= within))
          throw new Error(`kernels: ${code} row ${t}: ours ${a}, ${input.library.name} ${b}`);
        compared++;
      }
    }
  }
  const exceptions =
    skipped === 0 ? '' : `; ${skipped.toLocaleString('en-US')} not compared (bench/libraries says why)`;
  return `${compared.toLocaleString('en-US')} values equal within SPEC 3's tolerance${exceptions}`;
}

/** The column of a code, computed or not yet. */
export function codeColumn({ program, columns }: KernelRun, code: string): Float64Array {
  return columns[program.columnIndex.get(code)!]!;
}

/** Catalog rows that make these codes, and those that they read. */
function rowsFor(codes: ReadonlySet<string>): CatalogRow[] {
  const wanted = new Set(codes);
  // Inputs stand after their readers in a reversed catalog often enough, but not by contract: repeat until stable.
  for (let size = -1; size !== wanted.size; ) {
    size = wanted.size;
    for (const row of CATALOG)
      if (row.codes.some((spec) => spec !== null && wanted.has(spec.code)))
        for (const input of row.inputs) wanted.add(input);
  }
  return CATALOG.filter((row) => row.codes.some((spec) => spec !== null && wanted.has(spec.code)));
}
