import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableColumnKind, TableSpec } from '../schema/table.js';
import { tableOf } from '../schema/tables.js';
import type { RowFilter, TableRow, TimeRange } from '../warehouse.js';
import { appendRows } from './append.js';
import { type Cell, quote, toCell, whole } from './sql.js';

/** How `appendRows` takes the cells of a kind. */
const LETTER: Readonly<Record<TableColumnKind, string>> = {
  number: 'n',
  time: 'l',
  count: 'l',
  mask: 'l',
  id: 'i',
  flag: 'i',
  tiny: 'i',
  small: 'i',
  text: 't',
  blob: 'b',
};

/** Inserts rows given by column name; every column must be there. */
export async function insertRows(
  connection: DuckDBConnection,
  table: TableSpec,
  records: readonly TableRow[],
): Promise<void> {
  const kinds = table.columns.map(({ kind }) => LETTER[kind]).join('');
  const cells = records.map((record) =>
    table.columns.map(({ name }): Cell => {
      const cell = record[name];
      if (cell === undefined) throw new Error(`warehouse: ${table.name}.${name} was not given`);
      return cell;
    }),
  );
  await appendRows(connection, table.name, kinds, cells);
}

/** @returns how many there were */
export async function deleteRows(
  connection: DuckDBConnection,
  table: string,
  filter: RowFilter,
): Promise<number> {
  const result = await connection.run(
    `DELETE FROM ${tableOf(table).name} WHERE ${whereRows(tableOf(table), filter)}`,
  );
  return result.rowsChanged;
}

/** Stored rows in grain order, a chunk of DuckDB's at a time. */
export async function* readRows(
  connection: DuckDBConnection,
  table: string,
  filter: RowFilter,
  columns?: readonly string[],
): AsyncGenerator<readonly TableRow[]> {
  const spec = tableOf(table);
  const names = columns ?? spec.columns.map(({ name }) => name);
  for (const name of names) checkColumn(spec, name);
  const result = await connection.run(
    `SELECT ${names.map(quote).join(', ')} FROM ${spec.name} WHERE ${whereRows(spec, filter)}
     ORDER BY ${spec.grain.map((name) => `${quote(name)} NULLS FIRST`).join(', ')}`,
  );
  for (let k = 0; k < result.chunkCount; k++)
    yield result
      .getChunk(k)
      .getRows()
      .map((row) => Object.fromEntries(names.map((name, i) => [name, rowCell(row[i]!)])));
}

function rowCell(value: Parameters<typeof toCell>[0]): string | number | null | Uint8Array {
  const cell = toCell(value);
  return typeof cell === 'boolean' ? Number(cell) : cell;
}

function whereRows(table: TableSpec, filter: RowFilter): string {
  const parts = Object.entries(filter).map(([name, condition]) => {
    checkColumn(table, name);
    return conditionOf(quote(name), condition);
  });
  return parts.length === 0 ? 'true' : parts.join(' AND ');
}

function conditionOf(column: string, condition: RowFilter[string]): string {
  if (condition === null) return `${column} IS NULL`;
  if (typeof condition === 'number') return `${column} = ${whole(condition)}`;
  if (isList(condition))
    return condition.length === 0 ? 'false' : `${column} IN (${condition.map(whole).join(', ')})`;
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = condition;
  const bounds = [
    ...(from === Number.NEGATIVE_INFINITY ? [] : [`${column} >= ${whole(from)}`]),
    ...(to === Number.POSITIVE_INFINITY ? [] : [`${column} < ${whole(to)}`]),
  ];
  return bounds.length === 0 ? 'true' : bounds.join(' AND ');
}

const isList = (condition: readonly number[] | TimeRange): condition is readonly number[] =>
  Array.isArray(condition);

function checkColumn(table: TableSpec, name: string): void {
  const allowed = table.columns.map((column) => column.name);
  if (!allowed.includes(name))
    throw new Error(`warehouse: column '${name}' of ${table.name} is not one of ${allowed.join(', ')}`);
}
