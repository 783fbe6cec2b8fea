import type { ColumnArray, ColumnSpec } from '../columns.js';

/** What is read: rows of one partition of a table, by time. */
export interface Source {
  readonly table: string;
  /** Column that orders the rows: close_time or predicting_at. */
  readonly timeColumn: string;
  /** SQL that names the partition: `symbol_id = 1 AND interval_id = 7`. */
  readonly where: string;
  /** Length of a bar: the table has at most one row for each. */
  readonly durationMs: number;
}

/** A column of a scan: `expression` when it is not the column of that name. */
export interface ScanColumn extends ColumnSpec {
  readonly expression?: string;
}

/** Rows of one query in time order, in the memory of the backend. */
export interface Slice {
  readonly rows: number;
  /** Arrays one a column, some rows at a time: copies that stay valid. */
  pieces(): Iterable<{ readonly arrays: readonly ColumnArray[]; readonly rows: number }>;
}
