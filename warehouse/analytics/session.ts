import type { ColumnArray, ColumnSpec } from '../columns.js';
import type { LogicalTable } from '../logical.js';

/** Values by the name that a statement knows them by: `$from` is `from`. A statement takes what it names. */
export type Parameters = Readonly<Record<string, string | number | boolean | null>>;

/**
 * A column of `table` and `tables`: numeric expressions that are read as they are stored, and what becomes of them. A text
 * has one expression and is what it yields.
 */
export type BatchColumn =
  | { readonly name: string; readonly kind: 'text'; readonly expression: string }
  | {
      readonly name: string;
      readonly kind: 'number';
      readonly expressions: readonly string[];
      /** Absent: the value of the only expression, NULL as NaN. */
      readonly numberOf?: (...values: number[]) => number;
    }
  | {
      readonly name: string;
      readonly kind: 'coded';
      /** Never NULL. Beyond 2^53 numbers lose their last bits. */
      readonly expressions: readonly string[];
      readonly textOf: (...codes: number[]) => string | null;
    };

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
   * Rows of a statement without parameters that is asked again and again. They are kept until something is committed, so
   * ask after another query of the session: the snapshot is taken by the first.
   */
  kept<Row>(select: string): Promise<readonly Row[]>;
  /**
   * Some thousand rows at once, as people read them.
   *
   * @param rest of the SELECT after its columns: `FROM ...`
   */
  table(columns: readonly BatchColumn[], rest: string, parameters?: Parameters): Promise<LogicalTable>;
  /**
   * The same for any number of rows, some thousand at a time, read as they are asked for. Nothing else may run in the
   * session meanwhile. At least one table, which may be empty.
   */
  tables(columns: readonly BatchColumn[], rest: string, parameters?: Parameters): AsyncIterable<LogicalTable>;
}
