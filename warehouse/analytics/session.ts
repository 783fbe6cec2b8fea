import type { ColumnArray, ColumnSpec } from '../columns.js';

/** Values by the name that a statement knows them by: `$from` is `from`. A statement takes what it names. */
export type Parameters = Readonly<Record<string, string | number | boolean | null>>;

/** One snapshot of the facts in DuckDB, and temporary tables over it. Values are bound, never written into the SQL. */
export interface AnalyticsSession {
  /** Makes (or replaces) a temporary table of the rows of a SELECT. */
  keep(table: string, select: string, parameters?: Parameters): Promise<void>;
  /** Makes (or replaces) a temporary view; a view takes no parameters. */
  define(view: string, select: string): Promise<void>;
  /** Makes (or replaces) a temporary table of these columns. */
  put(table: string, specs: readonly ColumnSpec[], arrays: readonly ColumnArray[]): Promise<void>;
  /** Rows as objects by column name: whole numbers as numbers, unknown as null. For small results. */
  rows<Row>(select: string, parameters?: Parameters): Promise<Row[]>;
  /** Columns of a SELECT whose columns are all DOUBLE without NULL, for large results. */
  numbers(select: string, parameters?: Parameters): Promise<Readonly<Record<string, Float64Array>>>;
}
