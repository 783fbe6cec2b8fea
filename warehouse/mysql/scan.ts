import type { ColumnArray } from '../columns.js';
import { allocateAll, within } from '../store/scan.js';
import type { ScanColumn, Slice, Source } from '../store/source.js';
import { quote } from '../store/sql.js';
import type { TimeRange } from '../warehouse.js';

/** Runs a prepared statement; rows come as arrays. */
interface Executor {
  execute(sql: string): Promise<{ readonly result: unknown }>;
}

/** All rows of a range at once, in time order: that of the primary key. */
export async function readSlice(
  store: Executor,
  source: Source,
  columns: readonly ScanColumn[],
  range: TimeRange,
): Promise<Slice> {
  const list = columns.flatMap(readExpressions);
  const { result } = await store.execute(
    `SELECT ${list.join(', ')} FROM ${source.table} WHERE ${within(source, range)}
     ORDER BY ${source.table}.${quote(source.timeColumn)}`,
  );
  const found = result as readonly (readonly (number | null)[])[];
  const arrays = allocateAll(columns, found.length, false);
  let index = 0;
  for (const [i, column] of columns.entries()) {
    if (column.kind === 'mask') fillMasks(arrays[i] as BigInt64Array, found, index);
    else fill(arrays[i]!, found, index);
    index += column.kind === 'mask' ? 2 : 1;
  }
  return { rows: found.length, pieces: () => (found.length === 0 ? [] : [{ arrays, rows: found.length }]) };
}

/** A mask comes as two words: numbers hold 53 bits. */
function readExpressions({ name, kind, expression }: ScanColumn): string[] {
  const value = expression ?? quote(name);
  return kind === 'mask' ? [`(${value}) >> 32`, `(${value}) & 4294967295`] : [value];
}

function fill(array: ColumnArray, rows: readonly (readonly (number | null)[])[], index: number): void {
  const target = array as Float64Array;
  for (let row = 0; row < rows.length; row++) target[row] = rows[row]![index] ?? Number.NaN;
}

function fillMasks(masks: BigInt64Array, rows: readonly (readonly (number | null)[])[], index: number): void {
  const words = new Uint32Array(masks.buffer, masks.byteOffset, 2 * masks.length);
  for (let row = 0; row < rows.length; row++) {
    words[2 * row + 1] = rows[row]![index]!;
    words[2 * row] = rows[row]![index + 1]!;
  }
}
