import type { AnalyticsSession } from '../analytics/session.js';
import type { Warehouse } from '../warehouse.js';

/**
 * Every transaction that changes what can be read writes one of these rows: facts come with a task or a change, runs and
 * strategies with their own.
 */
const GENERATION = `SELECT concat_ws('-',
  (SELECT coalesce(max(version), 0) FROM schema_version),
  (SELECT coalesce(max(seq), 0) FROM kline_change),
  (SELECT coalesce(max(task_id), 0) FROM run_task),
  (SELECT concat_ws('.', coalesce(max(run_id), 0), count(finished_at)) FROM run),
  (SELECT concat_ws('.', count(*), coalesce(sum(strategy_id * is_enabled), 0)) FROM dim_strategy)) AS generation`;

/** What the ledger stands at: the same text, the same data; DuckDB. Of a session, ask after its first query. */
export async function readGeneration(source: Warehouse | AnalyticsSession): Promise<string> {
  if ('glance' in source) return source.glance(readGeneration);
  const [row] = await source.kept<{ generation: string }>(GENERATION);
  return row!.generation;
}
