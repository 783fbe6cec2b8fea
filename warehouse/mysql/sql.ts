import type { TableColumn, TableColumnKind, TableSpec } from '../schema/table.js';
import { type Cell, quote, text } from '../store/sql.js';

/** SQL type of each kind in MySQL and MariaDB. */
const SQL_TYPE: Readonly<Record<TableColumnKind, string>> = {
  time: 'BIGINT',
  number: 'DOUBLE',
  flag: 'TINYINT UNSIGNED',
  tiny: 'TINYINT',
  small: 'SMALLINT',
  mask: 'BIGINT',
  id: 'INT',
  count: 'BIGINT',
  text: 'MEDIUMTEXT',
  blob: 'LONGBLOB',
};

/** Text that is part of a key: short enough for an index. */
const KEY_TEXT = 'VARCHAR(191)';

/** What names a row beside its grain. */
const UNIQUE: Readonly<Record<string, readonly string[]>> = {
  dim_symbol: ['symbol'],
  dim_interval: ['interval'],
  dim_indicator_type: ['indicator'],
  dim_strategy: ['strategy', 'version'],
  dim_metric: ['strategy_id', 'metric_code'],
};

/** Secondary keys of the ledger's reads. */
const KEYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  run_task: [['run_id']],
  kline_reject: [['symbol_id', 'interval_id', 'reason']],
};

/** Ids that the server gives out. */
const NUMBERED: Readonly<Record<string, string>> = {
  dim_symbol: 'symbol_id',
  kline_change: 'seq',
  run: 'run_id',
  run_task: 'task_id',
};

/**
 * `CREATE TABLE IF NOT EXISTS` of a table: the grain as primary key in write order, foreign keys to the dimensions,
 * comments. A grain with an unknown in it can be no primary key: it is a unique one, and the session keeps it.
 */
export function createTable(table: TableSpec): string {
  const { name, grain, columns, comment } = table;
  const list = (names: readonly string[]): string => names.map(quote).join(', ');
  const hasUnknown = columns.some((column) => column.nullable && grain.includes(column.name));
  const parts = columns.map((column) => columnDefinition(table, column));
  parts.push(`${hasUnknown ? 'UNIQUE KEY "grain"' : 'PRIMARY KEY'} (${list(grain)})`);
  if (UNIQUE[name] !== undefined) parts.push(`UNIQUE KEY "name" (${list(UNIQUE[name])})`);
  for (const key of KEYS[name] ?? []) parts.push(`KEY "by_${key[0]}" (${list(key)})`);
  for (const { name: column, references } of columns)
    if (references?.startsWith('dim_'))
      parts.push(
        `FOREIGN KEY (${quote(column)}) REFERENCES ${references} (${quote(column.replace(/^source_/, ''))})`,
      );
  return `CREATE TABLE IF NOT EXISTS ${name} (${parts.join(', ')})
    ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT = ${text(comment)}`;
}

/** One column with its comment, as CREATE TABLE and ALTER TABLE take it. */
export function columnDefinition(table: TableSpec, column: TableColumn): string {
  const { name, kind, nullable, comment } = column;
  const isKey = table.grain.includes(name) || (UNIQUE[table.name] ?? []).includes(name);
  const isInKey = isKey || (KEYS[table.name] ?? []).some((key) => key.includes(name));
  const type = kind === 'text' && isInKey ? KEY_TEXT : SQL_TYPE[kind];
  const numbered = NUMBERED[table.name] === name ? ' AUTO_INCREMENT' : '';
  return `${quote(name)} ${type} ${nullable ? 'NULL' : 'NOT NULL'}${numbered} COMMENT ${text(comment)}`;
}

/** A cell as a literal that stores exactly this value. */
export function literal(cell: Cell): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'string') return text(cell);
  if (typeof cell === 'boolean') return cell ? '1' : '0';
  if (typeof cell === 'number') return numberLiteral(cell);
  return cell.length === 0
    ? "''"
    : `X'${Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('hex')}'`;
}

/** Whole numbers as they are; others with an exponent, which makes the literal a double and keeps the sign of -0. */
function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`warehouse: ${value} cannot be stored`);
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  const digits = Object.is(value, -0) ? '-0' : String(value);
  return digits.includes('e') ? digits : `${digits}e0`;
}
