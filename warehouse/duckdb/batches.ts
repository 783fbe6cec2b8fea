import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { BatchColumn } from '../analytics/session.js';
import { type LogicalTable, type LogicalValues, TextTable, textsOf } from '../logical.js';
import type { Values } from './sql.js';
import { readNumbers } from './vectors.js';

/** Rows of a table in a stream: few enough to hold several a client, enough to cost little each. */
const TABLE_ROWS = 16_384;

type Chunks = readonly DuckDBDataChunk[];

/** Streams a SELECT: DuckDB computes as far as is asked. */
export async function* readTables(
  connection: DuckDBConnection,
  columns: readonly BatchColumn[],
  rest: string,
  parameters: Values | undefined,
): AsyncGenerator<LogicalTable> {
  const { list, read } = selection(columns);
  const result = await connection.stream(`SELECT ${list} ${rest}`, parameters);
  let chunks: DuckDBDataChunk[] = [];
  let rows = 0;
  let isEmpty = true;
  for await (const chunk of result) {
    if (chunk.rowCount === 0) continue;
    chunks.push(chunk);
    rows += chunk.rowCount;
    if (rows < TABLE_ROWS) continue;
    yield read(chunks, rows);
    isEmpty = false;
    chunks = [];
    rows = 0;
  }
  // An answer without rows still says its columns.
  if (rows > 0 || isEmpty) yield read(chunks, rows);
}

/** All rows of a SELECT. */
export async function readTable(
  connection: DuckDBConnection,
  columns: readonly BatchColumn[],
  rest: string,
  parameters: Values | undefined,
): Promise<LogicalTable> {
  const { list, read } = selection(columns);
  const result = await connection.run(`SELECT ${list} ${rest}`, parameters);
  const chunks = Array.from({ length: result.chunkCount }, (_, k) => result.getChunk(k));
  return read(chunks, result.rowCount);
}

/** What to select for columns, each expression once, and how to read it. */
function selection(columns: readonly BatchColumn[]): {
  readonly list: string;
  readonly read: (chunks: Chunks, rows: number) => LogicalTable;
} {
  const places = new Map<string, number>();
  const placeOf = (expression: string): number => {
    if (!places.has(expression)) places.set(expression, places.size);
    return places.get(expression)!;
  };
  const readers = columns.map((column) => ({ name: column.name, reader: columnReader(column, placeOf) }));
  const read = (chunks: Chunks, rows: number): LogicalTable => {
    const numbers = new Map<number, Float64Array>();
    const numbersAt = (place: number): Float64Array => {
      if (!numbers.has(place)) numbers.set(place, joined(chunks, place, rows));
      return numbers.get(place)!;
    };
    return {
      rows,
      columns: readers.map(({ name, reader }) => ({ name, values: reader(chunks, rows, numbersAt) })),
    };
  };
  return { list: [...places.keys()].join(', '), read };
}

type NumbersAt = (place: number) => Float64Array;
type ColumnReader = (chunks: Chunks, rows: number, numbersAt: NumbersAt) => LogicalValues;

function columnReader(column: BatchColumn, placeOf: (expression: string) => number): ColumnReader {
  if (column.kind === 'text') {
    const place = placeOf(column.expression);
    return (chunks) => textsOf(chunks.flatMap((chunk) => chunk.getColumnValues(place) as (string | null)[]));
  }
  const places = column.expressions.map(placeOf);
  if (column.kind === 'number') {
    const { numberOf } = column;
    if (numberOf === undefined) return (_chunks, _rows, numbersAt) => numbersAt(places[0]!);
    // Without an array a row.
    if (places.length === 1)
      return (_chunks, _rows, numbersAt) => numbersAt(places[0]!).map((value) => numberOf(value));
    return (_chunks, rows, numbersAt) => {
      const inputs = places.map(numbersAt);
      const values = new Float64Array(rows);
      for (let row = 0; row < rows; row++) values[row] = numberOf(...inputs.map((input) => input[row]!));
      return values;
    };
  }
  const { textOf } = column;
  if (places.length === 1) {
    const table = new TextTable<number>(textOf);
    return (_chunks, _rows, numbersAt) => table.texts(numbersAt(places[0]!));
  }
  return (_chunks, rows, numbersAt) => {
    const inputs = places.map(numbersAt);
    return textsOf(Array.from({ length: rows }, (_, row) => textOf(...inputs.map((input) => input[row]!))));
  };
}

/** Numbers of any type, NULL as NaN. */
function joined(chunks: Chunks, index: number, rows: number): Float64Array {
  const target = new Float64Array(rows);
  let at = 0;
  for (const chunk of chunks) {
    readNumbers(chunk, index, target.subarray(at, at + chunk.rowCount));
    at += chunk.rowCount;
  }
  return target;
}
