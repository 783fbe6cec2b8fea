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
import type { Klines } from './klines.js';
import { type LibraryBars, type LibraryCall, libraryBars } from './library-calls.js';

/** Kernels bound to the columns of klines, without the pipeline around them. */
export interface KernelRun {
  readonly klines: Klines;
  readonly program: Program;
  readonly columns: readonly Float64Array[];
  readonly state: Float64Array;
  readonly steps: readonly BoundStep[];
}

/** Both sides' inputs for some calls of the library. */
export interface KernelInput extends KernelRun {
  readonly calls: readonly LibraryCall[];
  readonly bars: LibraryBars;
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

export function kernelInput(klines: Klines, calls: readonly LibraryCall[]): KernelInput {
  const codes = calls.flatMap((call) => call.series.map(({ code }) => code));
  return { ...bind(klines, rowsFor(new Set(codes))), calls, bars: libraryBars(klines) };
}

/** Every code of the catalog over klines, computed by the kernels alone. */
export function computeCodes(klines: Klines): Map<string, Float64Array> {
  const run = bind(klines, CATALOG);
  runKernels(run);
  return new Map(run.program.codes.map((code) => [code, run.columns[run.program.columnIndex.get(code)!]!]));
}

/** The kernels that make these codes, and those that they read. @param shared columns by name, so that several runs share them */
export function bindCodes(
  klines: Klines,
  codes: readonly string[],
  shared: Map<string, Float64Array>,
): KernelRun {
  return bind(klines, rowsFor(new Set(codes)), shared);
}

function bind(
  klines: Klines,
  rows: readonly CatalogRow[],
  shared = new Map<string, Float64Array>(),
): KernelRun {
  const program = compileProgram(rows);
  const columns = program.columnNames.map((name, i) => {
    const column = shared.get(name) ?? newColumn(klines.rows);
    shared.set(name, column);
    const input = KLINE_INPUTS[i];
    if (input !== undefined) column.set(klines.columns[COLUMN[input]]!);
    return column;
  });
  const state = newColumn(program.stateSize);
  return { klines, program, columns, state, steps: bindProgram(program, columns, state) };
}

/** Computes every row from a fresh start, in blocks as the pipeline does. */
export function runKernels({ klines, steps, state }: KernelRun): void {
  state.fill(0);
  for (let start = 0; start < klines.rows; start += BLOCK_ROWS)
    runProgram(steps, start, Math.min(klines.rows, start + BLOCK_ROWS));
}

/** The library's results by call; something that depends on all of them must outlive the call, or V8 may drop the work. */
export function runLibrary({ calls, bars }: KernelInput): unknown[] {
  return calls.map((call) => call.run(bars));
}

/** Compares every value of every code. @throws Error that names code, row and both values */
export function checkKernels(input: KernelInput): string {
  runKernels(input);
  const results = runLibrary(input);
  const close = input.klines.columns[COLUMN.CLOSE]!;
  let compared = 0;
  let skipped = 0;
  for (const [i, { series }] of input.calls.entries())
    for (const { code, pick, scale = 0, rounding, from, skip } of series) {
      const ours = input.columns[input.program.columnIndex.get(code)!]!;
      const theirs = pick(results[i] as never);
      const shift = ours.length - theirs.length;
      const first = Math.max(from ?? input.program.lookback.get(code)!, shift);
      for (let t = first; t < ours.length; t++) {
        if (skip?.(input.klines, t)) {
          skipped++;
          continue;
        }
        const a = ours[t]!;
        const b = theirs[t - shift]!;
        const least = scale === 'close' ? close[t]! : scale;
        // A rounded decimal is off by half a unit, and by what decimals lose in float64.
        const within =
          rounding === undefined ? 1e-9 * Math.max(Math.abs(a), Math.abs(b), least) : rounding + 1e-9;
        // An unknown on either side is a difference too.
        if (!(Math.abs(a - b) <= within))
          throw new Error(`kernels: ${code} row ${t}: ours ${a}, theirs ${b}`);
        compared++;
      }
    }
  const exceptions =
    skipped === 0 ? '' : `; ${skipped.toLocaleString('en-US')} not compared (library-calls.ts says why)`;
  return `${compared.toLocaleString('en-US')} values equal within SPEC 3's tolerance${exceptions}`;
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
