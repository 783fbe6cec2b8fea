import type { PartitionKey, Warehouse } from '../warehouse.js';

/** Which partitions and strategies a reader looks at. */
export interface ReadFilter {
  readonly symbol?: string;
  readonly interval?: string;
}

/** Rows of a query as objects by column name. */
export async function readRows<Row>(warehouse: Warehouse, sql: string): Promise<Row[]> {
  const { columns, rows } = await warehouse.query(sql);
  return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])) as Row);
}

export const inFilter = (key: PartitionKey, filter: ReadFilter): boolean =>
  (filter.symbol ?? key.symbol) === key.symbol && (filter.interval ?? key.interval) === key.interval;
