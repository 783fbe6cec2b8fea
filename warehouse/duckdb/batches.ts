import type { DuckDBConnection, DuckDBDataChunk, DuckDBValue } from '@duckdb/node-api';
import type { RecordBatch } from 'apache-arrow';
import type { BatchColumn } from '../analytics/session.js';
import { type LogicalValues, logicalBatch, TextTable, textsOf } from '../logical.js';
import { quote } from '../store/sql.js';
import { vectorItems } from './vectors.js';

/** Rows of a batch: few enough to hold several a client, enough to cost little each. */
const BATCH_ROWS = 16_384;

/** Streams a SELECT as batches: DuckDB computes as far as is asked. */
export async function* readBatches(
  connection: DuckDBConnection,
  columns: readonly BatchColumn[],
  rest: string,
  parameters: Readonly<Record<string, DuckDBValue>>,
): AsyncGenerator<RecordBatch> {
  const list = columns.map((column) => `${sqlOf(column)} AS ${quote(column.name)}`);
  const result = await connection.stream(`SELECT ${list.join(', ')} ${rest}`, parameters);
  const readers = columns.map(columnReader);
  const toBatch = (chunks: readonly DuckDBDataChunk[], rows: number): RecordBatch =>
    logicalBatch(
      columns.map(({ name }, c) => ({ name, values: readers[c]!(chunks, c, rows) })),
      rows,
    );
  let chunks: DuckDBDataChunk[] = [];
  let rows = 0;
  let isEmpty = true;
  for await (const chunk of result) {
    if (chunk.rowCount === 0) continue;
    chunks.push(chunk);
    rows += chunk.rowCount;
    if (rows < BATCH_ROWS) continue;
    yield toBatch(chunks, rows);
    isEmpty = false;
    chunks = [];
    rows = 0;
  }
  // An answer without rows still says its columns.
  if (rows > 0 || isEmpty) yield toBatch(chunks, rows);
}

function sqlOf({ kind, expression }: BatchColumn): string {
  if (kind === 'text') return expression;
  if (kind === 'coded') return `CAST(${expression} AS INTEGER)`;
  return `coalesce(CAST(${expression} AS DOUBLE), 'NaN'::DOUBLE)`;
}

type ColumnReader = (chunks: readonly DuckDBDataChunk[], index: number, rows: number) => LogicalValues;

function columnReader({ kind, textOf }: BatchColumn): ColumnReader {
  if (kind === 'text')
    return (chunks, index) =>
      textsOf(chunks.flatMap((chunk) => chunk.getColumnValues(index) as (string | null)[]));
  if (kind === 'number')
    return (chunks, index, rows) => joined(new Float64Array(rows), chunks, index) as Float64Array;
  const table = new TextTable<number>(textOf!);
  return (chunks, index, rows) => table.texts(joined(new Int32Array(rows), chunks, index));
}

function joined<Values extends Float64Array | Int32Array>(
  target: Values,
  chunks: readonly DuckDBDataChunk[],
  index: number,
): Values {
  let at = 0;
  for (const chunk of chunks) {
    target.set(vectorItems(chunk, index) as Float64Array, at);
    at += chunk.rowCount;
  }
  return target;
}
