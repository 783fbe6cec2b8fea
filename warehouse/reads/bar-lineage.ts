import type { PartitionKey, Warehouse } from '../warehouse.js';
import { readRows } from './rows.js';

/** A piece of work that wrote the bar or a fact of it. */
export interface BarTask {
  /** load, resample, indicators, strategy, refine. */
  readonly stage: string;
  readonly run_id: number;
  readonly started_at: number;
  readonly reason: string;
  /** Kernel versions by code, as JSON. */
  readonly versions: string;
  readonly kline_hash: string | null;
}

/** The last task of each stage whose range has the bar, in the order of their work. */
export async function readBarTasks(
  warehouse: Warehouse,
  { symbol, interval }: PartitionKey,
  strategyId: number,
  closeTime: number,
): Promise<BarTask[]> {
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const tasks = await readRows<BarTask>(
    warehouse,
    `SELECT t.stage, t.run_id, r.started_at, t.reason, t.versions, t.kline_hash
     FROM run_task t JOIN run r ON r.run_id = t.run_id
     JOIN dim_symbol s ON s.symbol_id = t.symbol_id JOIN dim_interval i ON i.interval_id = t.interval_id
     WHERE s.symbol = ${literal(symbol)} AND i."interval" = ${literal(interval)}
       AND (t.strategy_id IS NULL OR t.strategy_id = ${strategyId})
       AND t.from_time <= ${closeTime} AND t.to_time >= ${closeTime}
     ORDER BY t.task_id`,
  );
  const last = new Map<string, BarTask>();
  for (const task of tasks) {
    // A later task of a stage stands behind those that came between.
    last.delete(task.stage);
    last.set(task.stage, task);
  }
  return [...last.values()];
}
