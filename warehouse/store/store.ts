import type { TableSpec } from '../schema/table.js';
import type { TableRow, TimeRange } from '../warehouse.js';
import type { ScanColumn, Slice, Source } from './source.js';
import type { Cell } from './sql.js';

/**
 * One connection of a backend, with the transaction that is open on it. What both backends do in the same SQL is written
 * once, in this folder, against it; what they do differently stands in duckdb/ and mysql/ under the same file names.
 */
export interface Store {
  /** Runs a query and returns its rows as objects by column name. For small results. */
  rows<Row = Record<string, Cell>>(sql: string): Promise<Row[]>;
  /** Runs a statement; returns how many rows it changed. */
  run(sql: string): Promise<number>;
  /** The rows of a query, some at a time. */
  batches(sql: string): AsyncIterable<readonly (readonly Cell[])[]>;
  /** Inserts rows given by column name; every column of the table must be there. For few rows. */
  insert(table: TableSpec, records: readonly TableRow[]): Promise<void>;
  /** A list as a table `v`, for a FROM of one of these statements. */
  list(list: RowList): string;
  /**
   * Changes each row of a table that a row of a list belongs to; returns how many there are.
   *
   * @param list at most one row of it for a row of the table
   * @param on what belongs together: the table is `t`, the list is `v`; it should hold the first columns of the table's key
   * @param set values by column of the table; the list has no columns of these names
   */
  updateBy(table: string, list: RowList, on: string, set: Readonly<Record<string, string>>): Promise<number>;
  /** All rows of a range at once, in time order; the caller bounds it. NULL is read as NaN. */
  slice(source: Source, columns: readonly ScanColumn[], range: TimeRange): Promise<Slice>;
}

/** Rows of whole numbers and texts. */
export interface RowList {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (number | string)[])[];
}

/** The cells of a record in the order of the table's columns. @throws Error for a column that was not given */
export function cellsOf(table: TableSpec, record: TableRow): Cell[] {
  return table.columns.map(({ name }) => {
    const cell = record[name];
    if (cell === undefined) throw new Error(`warehouse: ${table.name}.${name} was not given`);
    return cell;
  });
}
