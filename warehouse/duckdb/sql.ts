import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { TableColumnKind, TableSpec } from '../schema/table.js';
import { type Cell, quote, text } from '../store/sql.js';

/** SQL type of each kind in DuckDB. */
export const SQL_TYPE: Readonly<Record<TableColumnKind, string>> = {
  time: 'BIGINT',
  number: 'DOUBLE',
  flag: 'UTINYINT',
  tiny: 'TINYINT',
  small: 'SMALLINT',
  mask: 'BIGINT',
  id: 'INTEGER',
  count: 'BIGINT',
  text: 'VARCHAR',
  blob: 'BLOB',
};

/** `CREATE TABLE IF NOT EXISTS` of a table. */
export function createTable(table: TableSpec): string {
  const columns = table.columns.map(
    ({ name, kind, nullable }) => `${quote(name)} ${SQL_TYPE[kind]}${nullable ? '' : ' NOT NULL'}`,
  );
  if (table.isKeyed) columns.push(`PRIMARY KEY (${table.grain.map(quote).join(', ')})`);
  return `CREATE TABLE IF NOT EXISTS ${table.name} (${columns.join(', ')})`;
}

/** Values by the names of a statement's parameters. */
export type Values = Record<string, string | number | boolean | null>;

/**
 * Runs a query and returns its rows as objects. For small results.
 *
 * @param parameters values by name, for a query that has any
 */
export async function rows<Row = Record<string, Cell>>(
  connection: DuckDBConnection,
  sql: string,
  parameters?: Values,
): Promise<Row[]> {
  const reader = await connection.runAndReadAll(sql, parameters);
  return reader.getRowObjects().map((row) => {
    const plain: Record<string, Cell> = {};
    for (const [name, value] of Object.entries(row)) plain[name] = toCell(value);
    return plain as Row;
  });
}

/** One value of DuckDB as a cell: 64-bit and wider integers and decimals become numbers, dates and lists text. */
export function toCell(value: DuckDBValue): Cell {
  if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
    return value;
  if (typeof value === 'bigint') return Number(value);
  const bytes = (value as { bytes?: unknown }).bytes;
  if (bytes instanceof Uint8Array) return bytes;
  const name = value.constructor.name;
  return name === 'DuckDBDecimalValue' ? Number(value.toString()) : value.toString();
}

/** True when the database has a table of that name. */
export async function hasTable(connection: DuckDBConnection, table: string): Promise<boolean> {
  const found = await rows(
    connection,
    `SELECT 1 FROM duckdb_tables() WHERE table_name = ${text(table)} AND NOT temporary`,
  );
  return found.length > 0;
}
