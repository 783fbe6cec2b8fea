import type { TableSpec } from '../schema/table.js';
import { tableOf } from '../schema/tables.js';
import type { RowFilter, TableRow, TimeRange } from '../warehouse.js';
import { type Cell, quote, whole } from './sql.js';
import type { Store } from './store.js';

/** @returns how many there were */
export async function deleteRows(store: Store, table: string, filter: RowFilter): Promise<number> {
  const spec = tableOf(table);
  return store.run(`DELETE FROM ${spec.name} WHERE ${whereRows(spec, filter)}`);
}

/** Stored rows in grain order, some at a time. */
export async function* readRows(
  store: Store,
  table: string,
  filter: RowFilter,
  columns?: readonly string[],
): AsyncGenerator<readonly TableRow[]> {
  const spec = tableOf(table);
  const names = columns ?? spec.columns.map(({ name }) => name);
  for (const name of names) checkColumn(spec, name);
  // No row of the schema has a number below 0 in its key, so unknown comes first in both dialects.
  const order = spec.grain.map((name) =>
    isNullable(spec, name) ? `coalesce(${quote(name)}, -1)` : quote(name),
  );
  const sql = `SELECT ${names.map(quote).join(', ')} FROM ${spec.name} WHERE ${whereRows(spec, filter)}
     ORDER BY ${order.join(', ')}`;
  for await (const rows of store.batches(sql))
    yield rows.map((row) => Object.fromEntries(names.map((name, i) => [name, rowCell(row[i]!)])));
}

const isNullable = (spec: TableSpec, name: string): boolean =>
  spec.columns.some((column) => column.name === name && column.nullable);

const rowCell = (cell: Cell): TableRow[string] => (typeof cell === 'boolean' ? Number(cell) : cell);

function whereRows(table: TableSpec, filter: RowFilter): string {
  const parts = Object.entries(filter).map(([name, condition]) => {
    checkColumn(table, name);
    return conditionOf(quote(name), condition);
  });
  return parts.length === 0 ? '1 = 1' : parts.join(' AND ');
}

function conditionOf(column: string, condition: RowFilter[string]): string {
  if (condition === null) return `${column} IS NULL`;
  if (typeof condition === 'number') return `${column} = ${whole(condition)}`;
  if (isList(condition))
    return condition.length === 0 ? '1 = 0' : `${column} IN (${condition.map(whole).join(', ')})`;
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = condition;
  const bounds = [
    ...(from === Number.NEGATIVE_INFINITY ? [] : [`${column} >= ${whole(from)}`]),
    ...(to === Number.POSITIVE_INFINITY ? [] : [`${column} < ${whole(to)}`]),
  ];
  return bounds.length === 0 ? '1 = 1' : bounds.join(' AND ');
}

const isList = (condition: readonly number[] | TimeRange): condition is readonly number[] =>
  Array.isArray(condition);

function checkColumn(table: TableSpec, name: string): void {
  const allowed = table.columns.map((column) => column.name);
  if (!allowed.includes(name))
    throw new Error(`warehouse: column '${name}' of ${table.name} is not one of ${allowed.join(', ')}`);
}
