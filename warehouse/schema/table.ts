import type { ColumnKind, ColumnSpec } from '../columns.js';

/**
 * Kinds of table columns: those of the batches, and `id` (a dimension's key), `count` (whole number), `text`, `blob`.
 * A dialect maps each to one SQL type.
 */
export type TableColumnKind = ColumnKind | 'id' | 'count' | 'text' | 'blob';

/** One column. `references` names the dimension whose key it holds; it is documentation, not a constraint. */
export interface TableColumn {
  readonly name: string;
  readonly kind: TableColumnKind;
  readonly nullable: boolean;
  readonly comment: string;
  readonly references?: string;
}

/** A table: DDL, documentation and ERD are made from it. */
export interface TableSpec {
  readonly name: string;
  readonly comment: string;
  /** Columns that name one row. A PRIMARY KEY only when `isKeyed`; else kept by replace-range, proved by a query. */
  readonly grain: readonly string[];
  readonly isKeyed: boolean;
  readonly columns: readonly TableColumn[];
}

type Options = { readonly nullable?: boolean; readonly references?: string };

/** Shorthand for a column. */
export function column(
  name: string,
  kind: TableColumnKind,
  comment: string,
  options: Options = {},
): TableColumn {
  const { nullable = false, references } = options;
  return { name, kind, nullable, comment, ...(references === undefined ? {} : { references }) };
}

export const symbolId = column('symbol_id', 'id', 'symbol', { references: 'dim_symbol' });
export const intervalId = column('interval_id', 'id', 'interval', { references: 'dim_interval' });
export const strategyId = column('strategy_id', 'id', 'strategy version', { references: 'dim_strategy' });

/**
 * Table columns of a batch's columns, so that both come from one list.
 *
 * @param comments one a column; a missing one throws, so that none is forgotten
 */
export function batchColumns(
  specs: readonly ColumnSpec[],
  comments: Readonly<Record<string, string>>,
): TableColumn[] {
  return specs.map((spec) => {
    const comment = comments[spec.name];
    if (comment === undefined) throw new Error(`schema: column '${spec.name}' has no comment`);
    // A number may be unknown; times, flags, enums and masks never are.
    return column(spec.name, spec.kind, comment, { nullable: spec.kind === 'number' });
  });
}
