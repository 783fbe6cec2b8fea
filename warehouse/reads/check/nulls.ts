import type { TableSpec } from '../../schema/table.js';
import { TABLES } from '../../schema/tables.js';
import { col, type Finding } from './finding.js';

/** Numbers of facts that may be unknown; the other ones must not, though their columns could hold NULL. */
const OPTIONAL = new Set(['quote_volume', 'trade_count', 'taker_buy_base', 'taker_buy_quote']);
const FACTS = new Set(['fact_kline', 'kline_revision', 'bar_prediction', 'fact_prediction_result']);

/** Rows without a value that they must have. */
export function nullFindings(): Finding[] {
  return TABLES.map((table) => {
    const required = requiredColumns(table);
    const isNull = (name: string): string => `${col(name)} IS NULL`;
    const cases = required.map((name) => `WHEN ${isNull(name)} THEN '${name}'`);
    return {
      table: table.name,
      where: `(${required.map(isNull).join(' OR ')})`,
      detail: `concat(CASE ${cases.join(' ')} END, ' is NULL')`,
    };
  });
}

function requiredColumns({ name, columns }: TableSpec): string[] {
  const isFact = FACTS.has(name);
  return columns
    .filter(
      (column) => !column.nullable || (isFact && column.kind === 'number' && !OPTIONAL.has(column.name)),
    )
    .map((column) => column.name);
}
