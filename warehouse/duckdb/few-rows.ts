import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import type { RecordBatch } from 'apache-arrow';
import { type ColumnKind, type ColumnSpec, values } from '../columns.js';

/** Rows from which on an appender takes less time than a prepared statement. */
export const FEW_ROWS = 4;

/**
 * Inserts a few rows at a time by prepared statements, which are kept: an appender takes twice as long to begin and to flush.
 * Columns are as in `BulkAppender`.
 */
export class FewRows {
  readonly #statements = new Map<string, DuckDBPreparedStatement>();

  constructor(private readonly connection: DuckDBConnection) {}

  /** Rows are in the transaction when this returns. @param parts `FEW_ROWS` at most, all in all */
  async insert(
    table: string,
    columns: readonly ColumnSpec[],
    parts: readonly { readonly ids: readonly number[]; readonly batch: RecordBatch }[],
  ): Promise<void> {
    const rows = parts.reduce((sum, { batch }) => sum + batch.numRows, 0);
    const statement = await this.#statement(table, parts[0]!.ids.length + columns.length, rows);
    let at = 1;
    for (const { ids, batch } of parts) {
      const present = new Set(batch.schema.fields.map(({ name }) => name));
      const arrays = columns.map(({ name }) => (present.has(name) ? values(batch, name) : null));
      for (let row = 0; row < batch.numRows; row++) {
        for (const id of ids) statement.bindInteger(at++, id);
        for (let c = 0; c < columns.length; c++) bind(statement, at++, columns[c]!.kind, arrays[c]?.[row]);
      }
    }
    await statement.run();
  }

  /** Ends the statements: each of them would keep the file open. */
  close(): void {
    for (const statement of this.#statements.values()) statement.destroySync();
    this.#statements.clear();
  }

  async #statement(table: string, width: number, rows: number): Promise<DuckDBPreparedStatement> {
    const tuple = `(${Array(width).fill('?').join(', ')})`;
    const sql = `INSERT INTO ${table} VALUES ${Array(rows).fill(tuple).join(', ')}`;
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = await this.connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function bind(
  statement: DuckDBPreparedStatement,
  at: number,
  kind: ColumnKind,
  value: number | bigint | undefined,
): void {
  if (value === undefined || Number.isNaN(value)) {
    if (kind === 'time' && value !== undefined)
      throw new Error('warehouse: a time is unknown; times and durations are whole ms');
    statement.bindNull(at);
  } else if (kind === 'number') statement.bindDouble(at, value as number);
  else if (kind === 'time' || kind === 'mask') statement.bindBigInt(at, BigInt(value));
  else statement.bindInteger(at, value as number);
}
