import {
  BIGINT,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  INTEGER,
  UTINYINT,
} from '@duckdb/node-api';

/** One series of a fact as long rows: constant ids, then a time and a value a row. */
export interface LongSeries {
  readonly ids: readonly number[];
  readonly times: BigInt64Array;
  readonly values: Float64Array | Uint8Array;
}

/** The two bulky facts, ready to be appended. */
export interface LongFacts {
  /** ids: symbol, interval, indicator. */
  readonly indicators: readonly LongSeries[];
  /** ids: strategy, symbol, interval, metric. */
  readonly metricValues: readonly LongSeries[];
}

export const rowsOf = (series: readonly LongSeries[]): number =>
  series.reduce((rows, { times }) => rows + times.length, 0);

const TABLES = [
  `CREATE TABLE long_indicator (symbol_id INTEGER NOT NULL, interval_id INTEGER NOT NULL, indicator_id INTEGER NOT NULL,
   "timestamp" BIGINT NOT NULL, "value" DOUBLE NOT NULL)`,
  `CREATE TABLE long_metric_value (strategy_id INTEGER NOT NULL, symbol_id INTEGER NOT NULL, interval_id INTEGER NOT NULL,
   metric_id INTEGER NOT NULL, calculating_at BIGINT NOT NULL, metric_value UTINYINT NOT NULL)`,
];
const CHUNK_ROWS = 2048;

/** A DuckDB file as the warehouse opens its own, for the references; closing it is the caller's. */
export function openReference(
  file: string,
  options: Readonly<Record<string, string>> = {},
): Promise<DuckDBInstance> {
  return DuckDBInstance.create(file, {
    memory_limit: '256MB',
    preserve_insertion_order: 'false',
    ...options,
  });
}

/**
 * The obvious way to keep atomic facts, done as fast as the driver can: tables without a key, whole vectors set from
 * typed arrays, ids written once a series, one transaction.
 *
 * @returns ms from BEGIN to the end of COMMIT, and with the file closed
 */
export async function appendLongRows(
  file: string,
  facts: LongFacts,
): Promise<{ committedMs: number; closedMs: number }> {
  const instance = await openReference(file);
  const connection = await instance.connect();
  for (const table of TABLES) await connection.run(table);
  const start = performance.now();
  await connection.run('BEGIN TRANSACTION');
  await appendSeries(connection, 'long_indicator', facts.indicators, DOUBLE);
  await appendSeries(connection, 'long_metric_value', facts.metricValues, UTINYINT);
  await connection.run('COMMIT');
  const committedMs = performance.now() - start;
  connection.closeSync();
  instance.closeSync();
  return { committedMs, closedMs: performance.now() - start };
}

/** Rows that stand in the two tables of a file. */
export async function countLongRows(file: string): Promise<{ indicators: number; metricValues: number }> {
  const instance = await openReference(file);
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    'SELECT (SELECT count(*) FROM long_indicator), (SELECT count(*) FROM long_metric_value)',
  );
  const [indicators, metricValues] = reader.getRows()[0]!.map(Number);
  connection.closeSync();
  instance.closeSync();
  return { indicators: indicators!, metricValues: metricValues! };
}

/** What node-api hides of a fixed-width vector: its only bulk path. */
interface RawVector {
  readonly items: { set(values: ArrayLike<number> | ArrayLike<bigint>): void; fill(value: number): void };
  flush(): void;
}

async function appendSeries(
  connection: DuckDBConnection,
  table: string,
  series: readonly LongSeries[],
  valueType: DuckDBType,
): Promise<void> {
  if (series.length === 0) return;
  const idCount = series[0]!.ids.length;
  const types = [...Array.from({ length: idCount }, () => INTEGER), BIGINT, valueType];
  const appender = await connection.createAppender(table);
  const full = DuckDBDataChunk.create(types, CHUNK_ROWS);
  for (const { ids, times, values } of series) {
    fillIds(full, ids);
    for (let start = 0; start < times.length; start += CHUNK_ROWS) {
      const end = Math.min(times.length, start + CHUNK_ROWS);
      let chunk = full;
      if (end - start < CHUNK_ROWS) {
        chunk = DuckDBDataChunk.create(types, end - start);
        fillIds(chunk, ids);
      }
      set(chunk, idCount, times.subarray(start, end));
      set(chunk, idCount + 1, values.subarray(start, end));
      appender.appendDataChunk(chunk);
    }
  }
  appender.closeSync();
}

function fillIds(chunk: DuckDBDataChunk, ids: readonly number[]): void {
  ids.forEach((id, i) => {
    const vector = raw(chunk, i);
    vector.items.fill(id);
    vector.flush();
  });
}

function set(chunk: DuckDBDataChunk, index: number, values: ArrayLike<number> | ArrayLike<bigint>): void {
  const vector = raw(chunk, index);
  vector.items.set(values);
  vector.flush();
}

function raw(chunk: DuckDBDataChunk, index: number): RawVector {
  return chunk.getColumnVector(index) as unknown as RawVector;
}
