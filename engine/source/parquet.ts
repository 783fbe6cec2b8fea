import { resolve } from 'node:path';
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api';
import { UserError } from '../errors.js';
import type { LocalChunk } from './chunk-builder.js';
import { type ColumnMap, findSlots } from './column-names.js';
import { type ColumnarOptions, type ColumnBatch, readBatches } from './columnar.js';
import { COLUMN } from './kline-chunk.js';

/** What DuckDB may take for one file: a row group's packed columns and one page of each. */
const MEMORY_LIMIT = '512MB';
const ALLOWED = 'double, an integer, a decimal or text that holds decimal numbers';
const INTEGERS = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
const TIMES = /^(TIMESTAMP|DATE)/;
const DECIMAL_LITERAL = String.raw`[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?`;

export interface ParquetOptions extends ColumnarOptions {
  readonly map?: ColumnMap;
  /** Where the bytes stand on disk as they are: Parquet is read from its end. */
  readonly path: string | null;
}

/**
 * Klines of a Parquet file, columns found by their names. DuckDB reads it, in a database of its own without tables that
 * can open this one file and nothing else.
 *
 * @throws UserError when it is no plain file, cut off or damaged, a column is missing, or one is of a wrong type
 */
export function readParquet(options: ParquetOptions): AsyncGenerator<LocalChunk> {
  return readBatches(columnBatches(options), options);
}

async function* columnBatches({ name, path, map }: ParquetOptions): AsyncGenerator<ColumnBatch> {
  if (path === null)
    throw new UserError(
      `load: '${name}' is Parquet, which is read from its end: it must be a file of its own, not standard input nor packed`,
    );
  const file = resolve(path);
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY_LIMIT,
    threads: '1',
    temp_directory: '',
  });
  try {
    const connection = await instance.connect();
    await connection.run(`SET allowed_paths = [${text(file)}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    yield* select(connection, name, file, map);
  } catch (error) {
    throw error instanceof UserError
      ? error
      : new UserError(
          `load: '${name}' is Parquet that is cut off or damaged (${firstLine(error)}); nothing of it was loaded`,
        );
  } finally {
    instance.closeSync();
  }
}

async function* select(
  connection: DuckDBConnection,
  name: string,
  file: string,
  map?: ColumnMap,
): AsyncGenerator<ColumnBatch> {
  const source = `read_parquet(${text(file)}, hive_partitioning = false)`;
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`);
  const columns = described
    .getRowsJson()
    .map(([column, type]) => ({ name: String(column), type: String(type) }));
  const slots = findSlots(
    name,
    columns.map((column) => column.name),
    map,
  );
  const expressions: string[] = [];
  const places = slots.map((index, slot) => {
    if (index < 0) return null;
    const column = columns[index]!;
    const value = expressions.push(doubleOf(name, column, slot)) - 1;
    return { value, text: column.type === 'VARCHAR' ? expressions.push(quote(column.name)) - 1 : null };
  });
  const result = await connection.stream(`SELECT ${expressions.join(', ')} FROM ${source}`);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield {
      rows: chunk.rowCount,
      columns: places.map((place) => (place === null ? null : numbers(chunk, place.value))),
      texts: places.map((place) => (place === null || place.text === null ? null : texts(chunk, place.text))),
    };
  }
}

/** SQL for a column as DOUBLE; text that is no decimal literal is infinite, so that it is not taken for unknown. */
function doubleOf(file: string, column: { name: string; type: string }, slot: number): string {
  const value = quote(column.name);
  const isTime = slot === COLUMN.OPEN_TIME || slot === COLUMN.CLOSE_TIME;
  if (column.type === 'DOUBLE') return value;
  if (INTEGERS.test(column.type)) return `CAST(${value} AS DOUBLE)`;
  // By way of the text: dividing by the scale would round a second time.
  if (column.type.startsWith('DECIMAL')) return `CAST(CAST(${value} AS VARCHAR) AS DOUBLE)`;
  if (isTime && TIMES.test(column.type)) return `CAST(epoch_ms(${value}) AS DOUBLE)`;
  if (column.type !== 'VARCHAR')
    throw new UserError(
      `load: column '${column.name}' of '${file}' is ${column.type}; allowed is ${ALLOWED}${isTime ? ', a timestamp or a date' : ''}`,
    );
  const trimmed = `trim(${value}, ' ' || chr(9))`;
  return `CASE WHEN ${trimmed} = '' THEN NULL WHEN regexp_full_match(${trimmed}, '${DECIMAL_LITERAL}')
    THEN coalesce(TRY_CAST(${trimmed} AS DOUBLE), 'inf'::DOUBLE) WHEN ${value} IS NULL THEN NULL ELSE 'inf'::DOUBLE END`;
}

function numbers(chunk: DuckDBDataChunk, index: number): Float64Array {
  return Float64Array.from(chunk.getColumnValues(index), (value) =>
    value === null ? Number.NaN : Number(value),
  );
}

function texts(chunk: DuckDBDataChunk, index: number): (row: number) => string {
  const cells = chunk.getColumnValues(index);
  return (row) => (cells[row] === null ? '' : String(cells[row]));
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** DuckDB appends its stack and the query. */
function firstLine(error: unknown): string {
  return (error as Error).message.split('\n')[0]!.replace(/\p{Cc}/gu, '?');
}
