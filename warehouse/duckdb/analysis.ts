import type { DuckDBConnection } from '@duckdb/node-api';
import type { AnalyticsSession, BatchColumn, Parameters } from '../analytics/session.js';
import { type ColumnArray, type ColumnSpec, makeBatch } from '../columns.js';
import type { LogicalTable } from '../logical.js';
import { quote } from '../store/sql.js';
import { BulkAppender } from './append.js';
import { readTable, readTables } from './batches.js';
import { type Database, rollbackQuietly } from './database.js';
import { rows, SQL_TYPE, type Values } from './sql.js';
import { vectorItems } from './vectors.js';

/** Runs `work` in a transaction that cannot change the file; what it makes in the temporary catalog is undone. */
export function analyse<T>(database: Database, work: (session: AnalyticsSession) => Promise<T>): Promise<T> {
  return database.scan(async ({ connection }) => {
    const begunAt = database.commits;
    await connection.run('BEGIN TRANSACTION READ ONLY');
    try {
      return await work(new DuckDbAnalysis(database, connection, begunAt));
    } finally {
      await rollbackQuietly(connection);
    }
  });
}

/**
 * Runs `work` without a transaction: each of its statements has a snapshot of its own, and all are the same as long as no
 * commit begins. When one did, and then only, it is done again in a transaction.
 */
export async function glance<T>(
  database: Database,
  work: (session: AnalyticsSession) => Promise<T>,
): Promise<T> {
  const begunAt = database.commits;
  const isStill = (): boolean => begunAt % 2 === 0 && database.commits === begunAt;
  if (!isStill()) return analyse(database, work);
  try {
    const found = await database.lend((connection) =>
      work(new DuckDbAnalysis(database, connection, begunAt)),
    );
    if (isStill()) return found;
  } catch (error) {
    if (isStill()) throw error;
  }
  return analyse(database, work);
}

class DuckDbAnalysis implements AnalyticsSession {
  readonly #database: Database;
  readonly #connection: DuckDBConnection;
  readonly #begunAt: number;

  /** @param begunAt commits when the transaction began */
  constructor(database: Database, connection: DuckDBConnection, begunAt: number) {
    this.#database = database;
    this.#connection = connection;
    this.#begunAt = begunAt;
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

  async kept<Row>(select: string): Promise<readonly Row[]> {
    const { answers } = this.#database;
    const known = this.#isNewest() ? answers.get(select) : undefined;
    if (known !== undefined) return known as readonly Row[];
    const found = await this.rows<Row>(select);
    if (this.#isNewest()) answers.set(select, found);
    return found;
  }

  /** True when the snapshot is the newest: no commit has begun since, and none was under way. */
  #isNewest(): boolean {
    return this.#database.commits === this.#begunAt && this.#begunAt % 2 === 0;
  }

  table(columns: readonly BatchColumn[], rest: string, parameters: Parameters = {}): Promise<LogicalTable> {
    return readTable(this.#connection, columns, rest, named(rest, parameters));
  }

  tables(
    columns: readonly BatchColumn[],
    rest: string,
    parameters: Parameters = {},
  ): AsyncIterable<LogicalTable> {
    return readTables(this.#connection, columns, rest, named(rest, parameters));
  }
}

/**
 * The parameters that a statement names: the driver refuses others. None is undefined: with values, even an empty set, it
 * prepares the statement on the main thread.
 */
function named(sql: string, parameters: Parameters): Values | undefined {
  const used = new Set(Array.from(sql.matchAll(/\$([a-z_]+)/g), ([, name]) => name!));
  if (used.size === 0) return undefined;
  return Object.fromEntries(
    Array.from(used, (name) => {
      const value = parameters[name];
      if (value === undefined) throw new Error(`warehouse: the parameter $${name} of a query has no value`);
      return [name, value];
    }),
  );
}
