import type { TableSpec } from '../schema/table.js';

/** What a step may do; a backend provides it. */
export interface MigrationTools {
  run(sql: string): Promise<void>;
  /** DDL of a table in the backend's dialect. */
  createTable(table: TableSpec): string;
  /** Adds a column to a table, with 0 in the rows that stand. Nothing happens when it is there. */
  addCount(table: TableSpec, column: string): Promise<void>;
}

/** One idempotent step: run again after a crash it leaves the same. */
export interface Migration {
  /** `0001_base` */
  readonly name: string;
  up(tools: MigrationTools): Promise<void>;
}
