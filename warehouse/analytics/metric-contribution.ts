import type { Warehouse } from '../warehouse.js';
import type { AnalyticsFilter } from './filter.js';
import { type OfStrategy, readAll } from './groups.js';
import type { Sample } from './sample.js';

/** How closed trades went where a metric was 1, beside the others; null where there are none. */
export interface MetricContribution {
  readonly metric: string;
  readonly side: string;
  readonly metric_group: string;
  readonly metric_weight: number;
  /** Trades where it was 1. */
  readonly trades: number;
  readonly win_rate: number | null;
  readonly avg_pnl_pct: number | null;
  readonly total_pnl_pct: number | null;
  readonly other_trades: number;
  readonly other_win_rate: number | null;
  readonly other_avg_pnl_pct: number | null;
}

/** A row of metrics.sql. */
interface MetricRow extends Pick<MetricContribution, 'metric' | 'side' | 'metric_group' | 'metric_weight'> {
  readonly trades: number;
  readonly wins: number;
  readonly confirmed: number;
  readonly pnl: number | null;
  readonly other_trades: number;
  readonly other_wins: number;
  readonly other_confirmed: number;
  readonly other_pnl: number | null;
}

/** Active metrics of the sample's strategy in position order; none without a closed trade. */
export async function metricContribution(sample: Sample): Promise<MetricContribution[]> {
  const mean = (sum: number | null, count: number): number | null =>
    count === 0 ? null : (sum ?? 0) / count;
  return (await sample.read<MetricRow>('metrics')).map((row) => ({
    metric: row.metric,
    side: row.side,
    metric_group: row.metric_group,
    metric_weight: row.metric_weight,
    trades: row.trades,
    win_rate: mean(row.wins, row.confirmed),
    avg_pnl_pct: mean(row.pnl, row.trades),
    total_pnl_pct: row.trades === 0 ? null : row.pnl,
    other_trades: row.other_trades,
    other_win_rate: mean(row.other_wins, row.other_confirmed),
    other_avg_pnl_pct: mean(row.other_pnl, row.other_trades),
  }));
}

/** Contributions of the metrics of each strategy version that the filter names. */
export function readMetricContribution(
  warehouse: Warehouse,
  filter: AnalyticsFilter = {},
): Promise<OfStrategy<MetricContribution>[]> {
  return readAll(warehouse, filter, metricContribution);
}
