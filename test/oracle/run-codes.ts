import { bindProgram, CATALOG, compileProgram, KLINE_INPUTS, runProgram } from '../../kernels/index.js';

/** Columns of klines by kline input; a column that is left out is unknown. `length` rows each. */
export type Klines = Readonly<Partial<Record<(typeof KLINE_INPUTS)[number], ArrayLike<number | null>>>>;

/** Runs the whole catalog over `klines` in one go. @returns one column a code, NaN where unknown */
export function runCodes(klines: Klines, length: number): Map<string, Float64Array> {
  const program = compileProgram(CATALOG);
  const columns = program.columnNames.map(() => new Float64Array(length).fill(Number.NaN));
  KLINE_INPUTS.forEach((input, index) => {
    const given = klines[input];
    if (given !== undefined) for (let t = 0; t < length; t++) columns[index]![t] = given[t] ?? Number.NaN;
  });
  runProgram(bindProgram(program, columns, new Float64Array(program.stateSize)), 0, length);
  return new Map(program.codes.map((code) => [code, columns[program.columnIndex.get(code)!]!]));
}
