import type { RecordBatch } from 'apache-arrow';
import { type ColumnArray, type ColumnSpec, makeBatch } from '../columns.js';
import type { ScanOptions, TimeRange } from '../warehouse.js';
import type { ScanColumn, Slice, Source } from './source.js';
import { quote, whole } from './sql.js';
import type { Store } from './store.js';

/** Rows of one query: small enough to hold beside the rest, large enough to cost little. */
export const SLICE_ROWS = 65_536;
const DEFAULT_BATCH_ROWS = 65_536;
/** Fewer rows a query are no longer worth it. */
const LEAST_SLICE_ROWS = 8_192;

/** Rows of one query for batches of so many: what is read beyond a batch lies about until it is wanted, and then as garbage. */
export function sliceRowsFor({ batchRows = DEFAULT_BATCH_ROWS }: ScanOptions = {}): number {
  return Math.min(SLICE_ROWS, Math.max(LEAST_SLICE_ROWS, batchRows));
}

/** All rows of a slice as one array a column. */
export function arraysOf(slice: Slice, columns: readonly ColumnSpec[]): readonly ColumnArray[] {
  const merged = allocateAll(columns, slice.rows, false);
  let offset = 0;
  for (const { arrays, rows } of slice.pieces()) {
    for (let i = 0; i < merged.length; i++) copyInto(merged[i]!, arrays[i]!, offset);
    offset += rows;
  }
  return merged;
}

/** Rows to be put into batches. */
export interface Piece {
  readonly arrays: readonly ColumnArray[];
  readonly rows: number;
  /** Rows that are known to come, these included. */
  readonly ahead: number;
}

/** The rows of slices, as they come. */
export async function* piecesOf(slices: AsyncIterable<Slice>): AsyncGenerator<Piece> {
  for await (const slice of slices) {
    let ahead = slice.rows;
    for (const piece of slice.pieces()) {
      yield { ...piece, ahead };
      ahead -= piece.rows;
    }
  }
}

/**
 * Reads a partition slice by slice, so that neither JavaScript nor the database holds more than a slice. NULL is read as NaN.
 * Nothing runs on the connection between two slices.
 */
export async function* scanSlices(
  store: Store,
  source: Source,
  columns: readonly ScanColumn[],
  range: TimeRange,
  sliceRows = SLICE_ROWS,
): AsyncGenerator<Slice> {
  // Bars stand on a grid, so a span of time bounds the rows.
  const span = sliceRows * source.durationMs;
  const bounds = await sliceBounds(store, source, range, span, sliceRows);
  if (bounds === null) return;
  for (let from = bounds.from; from < bounds.to; from += bounds.step) {
    const to = Math.min(from + bounds.step, bounds.to);
    const slice = await store.slice(source, columns, { from, to });
    if (slice.rows > 0) yield slice;
  }
}

/** What to read, and in which steps; null when there is nothing. */
async function sliceBounds(
  store: Store,
  source: Source,
  range: TimeRange,
  span: number,
  sliceRows: number,
): Promise<{ from: number; to: number; step: number } | null> {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = range;
  // A short range needs no look at the rows: streaming reads a bar at a time.
  if (to - from <= span) return { from, to, step: span };
  const time = quote(source.timeColumn);
  const found = await store.rows<{ n: number; low: number | null; high: number | null }>(
    `SELECT count(*) AS n, min(${time}) AS low, max(${time}) AS high FROM ${source.table} WHERE ${within(source, range)}`,
  );
  const { n, low, high } = found[0]!;
  if (low === null || high === null) return null;
  return { from: low, to: high + 1, step: n <= sliceRows ? high - low + 1 : span };
}

/** Batches of exactly `batchRows` rows, the last one shorter. */
export async function* toBatches(
  pieces: AsyncIterable<Piece>,
  columns: readonly ColumnSpec[],
  options: ScanOptions = {},
): AsyncGenerator<RecordBatch> {
  const batchRows = options.batchRows ?? DEFAULT_BATCH_ROWS;
  if (!Number.isSafeInteger(batchRows) || batchRows < 1)
    throw new Error(`warehouse: batchRows ${batchRows} is not a whole number of at least 1`);
  let arrays = allocateAll(columns, 0, options.shared === true);
  let filled = 0;
  let capacity = 0;
  for await (const piece of pieces) {
    for (let start = 0; start < piece.rows; ) {
      if (filled === capacity) {
        // Room for what is known to come; a batch that spans slices grows to its full size once.
        const wanted = Math.min(batchRows, filled + piece.ahead - start);
        const grown = allocateAll(columns, filled > 0 ? batchRows : wanted, options.shared === true);
        for (let i = 0; i < arrays.length; i++) copyInto(grown[i]!, cut(arrays[i]!, 0, filled), 0);
        capacity = filled > 0 ? batchRows : wanted;
        arrays = grown;
      }
      const end = Math.min(piece.rows, start + capacity - filled);
      for (let i = 0; i < arrays.length; i++) copyInto(arrays[i]!, cut(piece.arrays[i]!, start, end), filled);
      filled += end - start;
      start = end;
      if (filled === batchRows) {
        yield makeBatch(columns, arrays, filled);
        arrays = allocateAll(columns, 0, false);
        filled = 0;
        capacity = 0;
      }
    }
  }
  if (filled > 0) yield makeBatch(columns, arrays, filled);
}

/** SQL of a half-open range of a source. */
export function within(source: Source, range: TimeRange): string {
  const parts = [source.where];
  const time = `${source.table}.${quote(source.timeColumn)}`;
  if (range.from !== undefined && range.from !== Number.NEGATIVE_INFINITY)
    parts.push(`${time} >= ${whole(Math.ceil(range.from))}`);
  if (range.to !== undefined && range.to !== Number.POSITIVE_INFINITY)
    parts.push(`${time} < ${whole(Math.ceil(range.to))}`);
  return parts.join(' AND ');
}

const ARRAY = {
  time: Float64Array,
  number: Float64Array,
  flag: Uint8Array,
  tiny: Int8Array,
  small: Int16Array,
  mask: BigInt64Array,
};

function allocate(
  column: ColumnSpec,
  buffer: ArrayBuffer | SharedArrayBuffer,
  offset: number,
  length: number,
): ColumnArray {
  return new ARRAY[column.kind](buffer as ArrayBuffer, offset, length);
}

/** One array a column, all on one buffer, so that a batch is shared or moved as a whole. */
export function allocateAll(
  columns: readonly ColumnSpec[],
  length: number,
  isShared: boolean,
): ColumnArray[] {
  let bytes = 0;
  const offsets = columns.map((column) => {
    const offset = bytes;
    bytes += Math.ceil((ARRAY[column.kind].BYTES_PER_ELEMENT * length) / 8) * 8;
    return offset;
  });
  const buffer = isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  return columns.map((column, i) => allocate(column, buffer, offsets[i]!, length));
}

// The union of array types has no common `set` and `subarray` overload.
function copyInto(target: ColumnArray, source: ColumnArray, offset: number): void {
  (target as Float64Array).set(source as Float64Array, offset);
}

function cut(array: ColumnArray, start: number, end: number): ColumnArray {
  return array.subarray(start, end) as ColumnArray;
}
