import type { DuckDBConnection, DuckDBDataChunk, DuckDBMaterializedResult } from '@duckdb/node-api';
import type { ColumnArray } from '../columns.js';
import { within } from '../store/scan.js';
import type { ScanColumn, Slice, Source } from '../store/source.js';
import { quote } from '../store/sql.js';
import type { TimeRange } from '../warehouse.js';
import { noteNative } from './native-garbage.js';
import { vectorItems } from './vectors.js';

/** Rows of a slice from which on somebody reads a whole table. */
const BULK_ROWS = 8_192;

/** Rows of one query in time order, still in DuckDB's memory. */
class DuckDbSlice implements Slice {
  readonly rows: number;
  readonly #columns: readonly ScanColumn[];
  readonly #chunks: readonly DuckDBDataChunk[];

  /** @param chunks sorted by time, their first column; the columns follow it */
  constructor(columns: readonly ScanColumn[], chunks: readonly DuckDBDataChunk[]) {
    this.#columns = columns;
    this.#chunks = chunks;
    this.rows = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
  }

  /** Pieces of at most 2,048 rows. */
  *pieces(): Generator<{ readonly arrays: readonly ColumnArray[]; readonly rows: number }> {
    for (const chunk of this.#chunks)
      yield { arrays: this.#columns.map((_, i) => vectorItems(chunk, i + 1)), rows: chunk.rowCount };
  }
}

/** All rows of a range at once, in time order; the caller bounds it. */
export async function readSlice(
  connection: DuckDBConnection,
  source: Source,
  columns: readonly ScanColumn[],
  range: TimeRange,
): Promise<Slice> {
  const time = `${source.table}.${quote(source.timeColumn)}`;
  const list = columns.map((column) => `${readExpression(column)} AS ${quote(column.name)}`);
  const sql = `SELECT CAST(${time} AS DOUBLE) AS t, ${list.join(', ')} FROM ${source.table} WHERE ${within(source, range)}`;
  const result = await connection.run(sql);
  // Bulk writes lie in time order, so sorting chunks is mostly enough; sorting rows in DuckDB costs five times the scan.
  const chunks = chunksInOrder(result) ?? chunksInOrder(await connection.run(`${sql} ORDER BY ${time}`));
  if (chunks === null)
    throw new Error(`warehouse: ${source.table} has two rows for one time (${source.where})`);
  const slice = new DuckDbSlice(columns, chunks);
  // Of a few rows nothing is noted: who reads them does so often, and is not to wait for collections.
  if (slice.rows >= BULK_ROWS) noteNative(slice.rows * (columns.length + 1) * 8);
  return slice;
}

/** Chunks of a result sorted by time, its first column; null when chunks overlap or a chunk is not sorted. */
function chunksInOrder(result: DuckDBMaterializedResult): DuckDBDataChunk[] | null {
  const found: { chunk: DuckDBDataChunk; first: number; last: number }[] = [];
  for (let k = 0; k < result.chunkCount; k++) {
    const chunk = result.getChunk(k);
    const times = vectorItems(chunk, 0) as Float64Array;
    for (let i = 1; i < times.length; i++) if (times[i]! <= times[i - 1]!) return null;
    if (times.length > 0) found.push({ chunk, first: times[0]!, last: times.at(-1)! });
  }
  found.sort((a, b) => a.first - b.first);
  for (let k = 1; k < found.length; k++) if (found[k]!.first <= found[k - 1]!.last) return null;
  return found.map(({ chunk }) => chunk);
}

function readExpression({ name, kind, expression }: ScanColumn): string {
  const value = expression ?? quote(name);
  if (kind === 'time') return `CAST(${value} AS DOUBLE)`;
  return kind === 'number' ? `coalesce(${value}, 'NaN'::DOUBLE)` : value;
}
