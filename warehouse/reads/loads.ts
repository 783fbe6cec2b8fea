import type { PartitionKey, Warehouse } from '../warehouse.js';
import { readRows } from './rows.js';

/** What the ledger says of the partition's loads since it was last forgotten (their reasons), oldest first. */
export async function readLoads(warehouse: Warehouse, key: PartitionKey): Promise<string[]> {
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  const found = await readRows<{ reason: string }>(
    warehouse,
    `SELECT t.reason FROM run_task t
     JOIN dim_symbol s ON s.symbol_id = t.symbol_id JOIN dim_interval i ON i.interval_id = t.interval_id
     WHERE t.stage = 'load' AND s.symbol = ${text(key.symbol)} AND i."interval" = ${text(key.interval)}
       AND t.run_id > (SELECT coalesce(max(c.run_id), 0) FROM kline_change c JOIN run r ON r.run_id = c.run_id
         WHERE r.kind = 'forget' AND c.symbol_id = s.symbol_id AND c.interval_id = i.interval_id)
     ORDER BY t.task_id`,
  );
  return found.map(({ reason }) => reason);
}
