import type { TableSpec } from '../../schema/table.js';
import { TABLES } from '../../schema/tables.js';

/** Rows of one table that should not be there, or are worth knowing of. Expressions speak of the table as `t`. */
export interface Finding {
  readonly table: string;
  readonly where: string;
  /** Text expression: what is wrong with the row. */
  readonly detail: string;
  /** What to read instead of the whole table: it has the table's key and time columns. */
  readonly from?: string;
  readonly joins?: string;
  /** Number expression: bars that the row stands for. */
  readonly bars?: string;
}

/** Column that says when a row is, the first that a table has. */
const TIME_COLUMNS = ['close_time', 'predicting_at', 'from_time', 'last_close_time'];

/**
 * SQL that returns a row for each finding: table_name, strategy, symbol, interval, at_time, bars, detail; NULL where a
 * table has no such thing or an id has no dimension row. Understood by DuckDB and, with ANSI quotes, by MySQL.
 */
export function findingSql({ table, where, detail, from = table, joins = '', bars }: Finding): string {
  const { columns } = tableNamed(table);
  const has = (name: string): boolean => columns.some((column) => column.name === name);
  const parts = [`${from} t`, joins];
  if (has('symbol_id')) parts.push('LEFT JOIN dim_symbol s ON s.symbol_id = t.symbol_id');
  if (has('interval_id')) parts.push('LEFT JOIN dim_interval i ON i.interval_id = t.interval_id');
  if (has('strategy_id')) parts.push('LEFT JOIN dim_strategy st ON st.strategy_id = t.strategy_id');
  const time = TIME_COLUMNS.find(has);
  const list = [
    `'${table}' AS table_name`,
    `${has('strategy_id') ? "CASE WHEN st.strategy IS NULL THEN NULL ELSE concat(st.strategy, '@', st.version) END" : NO_TEXT} AS strategy`,
    `${has('symbol_id') ? 's.symbol' : NO_TEXT} AS symbol`,
    `${has('interval_id') ? 'i."interval"' : NO_TEXT} AS "interval"`,
    `${time === undefined ? 'NULL' : `t.${time}`} AS at_time`,
    `${bars ?? 'NULL'} AS bars`,
    `${detail} AS detail`,
  ];
  return `SELECT ${list.join(', ')} FROM ${parts.join(' ')} WHERE ${where}`;
}

const NO_TEXT = 'CAST(NULL AS CHAR)';

/** A number or text expression as text, NULL as NULL: `concat` of a NULL is NULL in one dialect and nothing in another. */
export const shown = (expression: string): string => `coalesce(CAST(${expression} AS CHAR), 'NULL')`;

/** A column of `t`. */
export const col = (name: string): string => `t."${name}"`;

/** A row breaks the first of these rules; its detail says which, and shows the columns named. */
export function broken(
  table: string,
  rules: Readonly<Record<string, string>>,
  columns: readonly string[],
): Finding {
  const cases = Object.entries(rules).map(([what, condition]) => `WHEN ${condition} THEN '${what}'`);
  const values = columns.map((name) => `' ${name} ', ${shown(col(name))}`);
  return {
    table,
    where: `(${Object.values(rules).join(' OR ')})`,
    detail: `concat(CASE ${cases.join(' ')} END, ${[`':'`, ...values].join(', ')})`,
  };
}

export function tableNamed(name: string): TableSpec {
  const table = TABLES.find((candidate) => candidate.name === name);
  if (table === undefined) throw new Error(`check: there is no table '${name}'`);
  return table;
}
