import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import type { RecordBatch } from 'apache-arrow';
import { LRUCache } from 'lru-cache';
import { type ColumnKind, type ColumnSpec, values } from '../columns.js';

/** Rows from which on an appender takes less time than a prepared statement. */
export const FEW_ROWS = 4;

/** Statements that are kept, the newest used: series that warm up bring as many patterns of NULL as they have bars. */
const MAX_STATEMENTS = 64;

/**
 * Inserts a few rows at a time by prepared statements, which are kept: an appender takes twice as long to begin and to flush.
 * A statement is planned anew, which takes as long as to run it, when a value is bound that is not of its column's very type;
 * a NULL never is, so it is written into the statement. Columns are as in `BulkAppender`.
 */
export class FewRows {
  readonly #statements = new LRUCache<string, DuckDBPreparedStatement>({
    max: MAX_STATEMENTS,
    dispose: (statement) => statement.destroySync(),
  });

  constructor(private readonly connection: DuckDBConnection) {}

  /** Rows are in the transaction when this returns. @param parts `FEW_ROWS` at most, all in all */
  async insert(
    table: string,
    columns: readonly ColumnSpec[],
    parts: readonly { readonly ids: readonly number[]; readonly batch: RecordBatch }[],
  ): Promise<void> {
    const rows = parts.flatMap(({ ids, batch }) => rowsOf(columns, ids, batch));
    const tuples = rows.map(({ ids, cells }) => [
      ...ids.map(() => '?'),
      ...cells.map((cell) => (cell === null ? 'NULL' : '?')),
    ]);
    const values = tuples.map((marks) => `(${marks.join(', ')})`);
    const sql = `INSERT INTO ${table} VALUES ${values.join(', ')}`;
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = await this.connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    let at = 1;
    for (const { ids, cells } of rows) {
      for (const id of ids) statement.bindInteger(at++, id);
      for (let c = 0; c < columns.length; c++) {
        const cell = cells[c]!;
        if (cell !== null) bind(statement, at++, columns[c]!.kind, cell);
      }
    }
    await statement.run();
  }

  /** Ends the statements: each of them would keep the file open. */
  close(): void {
    this.#statements.clear();
  }
}

interface Row {
  readonly ids: readonly number[];
  /** By column; null: not known, or a column that the batch lacks. */
  readonly cells: readonly (number | bigint | null)[];
}

function rowsOf(columns: readonly ColumnSpec[], ids: readonly number[], batch: RecordBatch): Row[] {
  const present = new Set(batch.schema.fields.map(({ name }) => name));
  const arrays = columns.map(({ name }) => (present.has(name) ? values(batch, name) : null));
  return Array.from({ length: batch.numRows }, (_, row) => ({
    ids,
    cells: columns.map(({ kind }, c) => {
      const value = arrays[c]?.[row];
      if (value !== undefined && !Number.isNaN(value)) return value;
      if (kind === 'time' && value !== undefined)
        throw new Error('warehouse: a time is unknown; times and durations are whole ms');
      return null;
    }),
  }));
}

function bind(
  statement: DuckDBPreparedStatement,
  at: number,
  kind: ColumnKind,
  value: number | bigint,
): void {
  if (kind === 'number') statement.bindDouble(at, value as number);
  else if (kind === 'time' || kind === 'mask') statement.bindBigInt(at, BigInt(value));
  else if (kind === 'flag') statement.bindUTinyInt(at, value as number);
  else if (kind === 'tiny') statement.bindTinyInt(at, value as number);
  else statement.bindSmallInt(at, value as number);
}
