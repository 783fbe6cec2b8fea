import { type DuckDBConnection, StatementType } from '@duckdb/node-api';
import type { Cell } from '../store/sql.js';
import { rollbackQuietly } from './database.js';
import { toCell } from './sql.js';

const READING: readonly number[] = [StatementType.SELECT, StatementType.EXPLAIN];

/**
 * Runs one statement that reads, in a read-only transaction: EXPLAIN ANALYZE runs what it explains.
 *
 * @throws Error when there are several, or when it is anything but SELECT or EXPLAIN
 */
export async function query(
  connection: DuckDBConnection,
  sql: string,
): Promise<{ columns: string[]; rows: Cell[][] }> {
  // The driver has no words for a text without a statement.
  if (sql.trim() === '') throw new Error('warehouse: query takes one statement, not 0');
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1)
    throw new Error(`warehouse: query takes one statement, not ${statements.count}`);
  await connection.run('BEGIN TRANSACTION READ ONLY');
  const prepared = await statements.prepare(0);
  try {
    if (!READING.includes(prepared.statementType))
      throw new Error(
        `warehouse: query takes SELECT or EXPLAIN, not ${StatementType[prepared.statementType]}`,
      );
    const result = await prepared.run();
    const found = await result.getRows();
    return { columns: result.columnNames(), rows: found.map((row) => row.map(toCell)) };
  } finally {
    prepared.destroySync();
    await rollbackQuietly(connection);
  }
}
