import { DuckDBInstance } from '@duckdb/node-api';
import {
  Dictionary,
  Float32,
  Float64,
  Int32,
  Int64,
  makeVector,
  Table,
  TimestampMillisecond,
  tableToIPC,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';

export const HOUR = 3_600_000;
/** 2024-01-01T00:00Z, on the hourly grid. */
export const T0 = 1_704_067_200_000;

export type Cells = readonly unknown[];

/** Hourly bars under the exchange's names; a test replaces columns. */
export function bars(rows: number): Record<string, number[]> {
  const i = Array.from({ length: rows }, (_, row) => row);
  return {
    open_time: i.map((row) => T0 + row * HOUR),
    open: i.map(() => 100),
    high: i.map(() => 110),
    low: i.map(() => 90),
    close: i.map((row) => 95 + (row % 10)),
    volume: i.map((row) => row / 8),
    close_time: i.map((row) => T0 + (row + 1) * HOUR - 1),
    quote_volume: i.map((row) => row * 12.5),
    count: i.map((row) => row % 50),
    taker_buy_volume: i.map((row) => row / 16),
    taker_buy_quote_volume: i.map((row) => row * 6.25),
  };
}

const TIMES = ['open_time', 'close_time', 'count'];

/** The same as Arrow vectors: times and counts int64, the rest float64. */
export function vectorsOf(
  columns: Readonly<Record<string, readonly (number | null)[]>>,
): Record<string, Vector> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, cells]) => [
      name,
      TIMES.includes(name)
        ? vectorFromArray(
            cells.map((cell) => (cell === null ? null : BigInt(cell))),
            new Int64(),
          )
        : vectorFromArray(cells as number[], new Float64()),
    ]),
  );
}

export const TYPED = {
  text: (cells: Cells): Vector => vectorFromArray(cells as string[], new Utf8()),
  dictionary: (cells: Cells): Vector =>
    vectorFromArray(cells as string[], new Dictionary(new Utf8(), new Int32())),
  float32: (cells: Cells): Vector => vectorFromArray(cells as number[], new Float32()),
  int32: (cells: Cells): Vector => vectorFromArray(cells as number[], new Int32()),
  timestamp: (cells: Cells): Vector => vectorFromArray(cells as number[], new TimestampMillisecond()),
  float64: (cells: Float64Array): Vector => makeVector(cells),
};

/** An Arrow IPC file or stream of one batch. */
export function arrowOf(vectors: Readonly<Record<string, Vector>>, form: 'file' | 'stream' = 'file'): Buffer {
  return Buffer.from(tableToIPC(new Table(vectors), form));
}

/** Runs SQL in a database of its own: DuckDB writes the Parquet files of the tests. */
export async function runSql(...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    const connection = await instance.connect();
    for (const sql of statements) await connection.run(sql);
    connection.closeSync();
  } finally {
    instance.closeSync();
  }
}

/** SQL of `rows` hourly bars as of `bars`; `change` replaces columns by expressions over `i`. */
export function barsSql(rows: number, change: Readonly<Record<string, string | null>> = {}): string {
  const columns: Record<string, string | null> = {
    open_time: `(${T0} + i * ${HOUR})::BIGINT`,
    open: '100::DOUBLE',
    high: '110::DOUBLE',
    low: '90::DOUBLE',
    close: '(95 + i % 10)::DOUBLE',
    volume: '(i / 8)::DOUBLE',
    close_time: `(${T0} + (i + 1) * ${HOUR} - 1)::BIGINT`,
    quote_volume: '(i * 12.5)::DOUBLE',
    count: 'i % 50',
    taker_buy_volume: '(i / 16)::DOUBLE',
    taker_buy_quote_volume: '(i * 6.25)::DOUBLE',
    ...change,
  };
  const list = Object.entries(columns).flatMap(([name, sql]) =>
    sql === null ? [] : [`${sql} AS "${name}"`],
  );
  return `SELECT ${list.join(', ')} FROM range(${rows}) r(i)`;
}
