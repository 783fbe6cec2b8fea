import type { Head, PartitionState, Warehouse } from '../warehouse.js';
import { inFilter, type ReadFilter, readRows } from './rows.js';

/** What is there of a partition. */
export interface StatusRow extends PartitionState {
  /** Runs of missing bars, and the bars in them. */
  readonly gaps: number;
  readonly missing: number;
  /** Findings of loads by reason, TRUNCATED included. */
  readonly rejects: Readonly<Record<string, number>>;
  /** How far each stage is; none: never computed. */
  readonly heads: readonly Head[];
}

/** By symbol and length of interval. */
export async function readStatus(warehouse: Warehouse, filter: ReadFilter = {}): Promise<StatusRow[]> {
  const gaps = await readRows<{ symbol: string; interval: string; gaps: number; missing: number }>(
    warehouse,
    `SELECT s.symbol, i."interval", count(*) AS gaps, sum(g.missing) AS missing FROM kline_gap g
     JOIN dim_symbol s ON s.symbol_id = g.symbol_id JOIN dim_interval i ON i.interval_id = g.interval_id
     GROUP BY s.symbol, i."interval"`,
  );
  const rejects = await readRows<{ symbol: string; interval: string; reason: string; n: number }>(
    warehouse,
    `SELECT s.symbol, i."interval", r.reason, count(*) AS n FROM kline_reject r
     JOIN dim_symbol s ON s.symbol_id = r.symbol_id JOIN dim_interval i ON i.interval_id = r.interval_id
     GROUP BY s.symbol, i."interval", r.reason ORDER BY r.reason`,
  );
  const heads = await warehouse.heads();
  return (await warehouse.partitions())
    .filter((partition) => inFilter(partition, filter))
    .map((partition) => {
      const gap = gaps.find((row) => inFilter(row, partition));
      const own = rejects.filter((row) => inFilter(row, partition));
      return {
        ...partition,
        gaps: gap?.gaps ?? 0,
        missing: gap?.missing ?? 0,
        rejects: Object.fromEntries(own.map(({ reason, n }) => [reason, n])),
        heads: heads.filter((head) => inFilter(head, partition)),
      };
    });
}
