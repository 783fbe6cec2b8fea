import type { DuckDBConnection } from '@duckdb/node-api';
import type { RecordBatch } from 'apache-arrow';
import type { AnalyticsSession, BatchColumn, Parameters } from '../analytics/session.js';
import { type ColumnArray, type ColumnSpec, makeBatch } from '../columns.js';
import { quote } from '../store/sql.js';
import { BulkAppender } from './append.js';
import { readBatches } from './batches.js';
import { rollbackQuietly } from './database.js';
import { rows, SQL_TYPE } from './sql.js';
import { vectorItems } from './vectors.js';

/** Runs `work` in a transaction that cannot change the file; what it makes in the temporary catalog is undone. */
export async function analyse<T>(
  connection: DuckDBConnection,
  work: (session: AnalyticsSession) => Promise<T>,
): Promise<T> {
  await connection.run('BEGIN TRANSACTION READ ONLY');
  try {
    return await work(new DuckDbAnalysis(connection));
  } finally {
    await rollbackQuietly(connection);
  }
}

class DuckDbAnalysis implements AnalyticsSession {
  readonly #connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  async keep(table: string, select: string, parameters: Parameters = {}): Promise<void> {
    const sql = `CREATE OR REPLACE TEMP TABLE ${quote(table)} AS ${select}`;
    await this.#connection.run(sql, named(select, parameters));
  }

  async define(view: string, select: string): Promise<void> {
    await this.#connection.run(`CREATE OR REPLACE TEMP VIEW ${quote(view)} AS ${select}`);
  }

  async put(table: string, specs: readonly ColumnSpec[], arrays: readonly ColumnArray[]): Promise<void> {
    const columns = specs.map(({ name, kind }) => `${quote(name)} ${SQL_TYPE[kind]}`);
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE ${quote(table)} (${columns.join(', ')})`);
    const batch = makeBatch(specs, arrays, arrays[0]!.length);
    await new BulkAppender(this.#connection, table, 0, specs, 'temp').append([], batch);
  }

  rows<Row>(select: string, parameters: Parameters = {}): Promise<Row[]> {
    return rows<Row>(this.#connection, select, named(select, parameters));
  }

  async numbers(
    select: string,
    parameters: Parameters = {},
  ): Promise<Readonly<Record<string, Float64Array>>> {
    const result = await this.#connection.run(select, named(select, parameters));
    const names = result.columnNames();
    const columns = names.map(() => new Float64Array(result.rowCount));
    for (let k = 0, at = 0; k < result.chunkCount; k++) {
      const chunk = result.getChunk(k);
      for (const [c, column] of columns.entries()) column.set(vectorItems(chunk, c) as Float64Array, at);
      at += chunk.rowCount;
    }
    return Object.fromEntries(names.map((name, c) => [name, columns[c]!]));
  }

  batches(
    columns: readonly BatchColumn[],
    rest: string,
    parameters: Parameters = {},
  ): AsyncIterable<RecordBatch> {
    return readBatches(this.#connection, columns, rest, named(rest, parameters));
  }
}

/** The parameters that a statement names: the driver refuses others. */
function named(sql: string, parameters: Parameters): Record<string, string | number | boolean | null> {
  const used = new Set(Array.from(sql.matchAll(/\$([a-z_]+)/g), ([, name]) => name!));
  return Object.fromEntries(
    Array.from(used, (name) => {
      const value = parameters[name];
      if (value === undefined) throw new Error(`warehouse: the parameter $${name} of a query has no value`);
      return [name, value];
    }),
  );
}
