import type { PartitionKey, Warehouse } from '../warehouse.js';
import { inFilter, type ReadFilter, readRows } from './rows.js';

/** Missing bars between present ones (SPEC 2). */
export interface GapRow extends PartitionKey {
  /** First missing open_time. */
  readonly from_time: number;
  /** Next present open_time. */
  readonly to_time: number;
  readonly missing: number;
}

/** Gaps by symbol, interval and time. */
export async function readGaps(warehouse: Warehouse, filter: ReadFilter = {}): Promise<GapRow[]> {
  const found = await readRows<GapRow>(
    warehouse,
    `SELECT s.symbol, i."interval", g.from_time, g.to_time, g.missing FROM kline_gap g
     JOIN dim_symbol s ON s.symbol_id = g.symbol_id JOIN dim_interval i ON i.interval_id = g.interval_id
     ORDER BY s.symbol, i.interval_id, g.from_time`,
  );
  return found.filter((gap) => inFilter(gap, filter));
}
