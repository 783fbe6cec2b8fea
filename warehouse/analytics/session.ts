import type { RecordBatch } from 'apache-arrow';
import type { ColumnArray, ColumnSpec } from '../columns.js';

/** Values by the name that a statement knows them by: `$from` is `from`. A statement takes what it names. */
export type Parameters = Readonly<Record<string, string | number | boolean | null>>;

/** A column of `batches`: an expression, and how its values become what people read. */
export interface BatchColumn {
  readonly name: string;
  readonly expression: string;
  /** `coded`: a small whole number that `textOf` names. */
  readonly kind: 'number' | 'text' | 'coded';
  readonly textOf?: (code: number) => string | null;
}

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
  /**
   * Rows as Arrow batches (Float64 and Utf8, NULL as null), read as they are asked for. Nothing else may run in the
   * session meanwhile. At least one batch, which may be empty.
   *
   * @param rest of the SELECT after its columns: `FROM ...`
   */
  batches(columns: readonly BatchColumn[], rest: string, parameters?: Parameters): AsyncIterable<RecordBatch>;
}
