import type { SampleSource } from './each-sample.js';
import type { AnalyticsFilter } from './filter.js';
import { type OfStrategy, readAll } from './groups.js';
import type { Sample } from './sample.js';
import { analyticsSql } from './sql.js';

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

/** What metrics.sql yields beside the order. */
const COLUMNS = ['status', 'pnl_pct', 'is_counted', 'fired_low', 'fired_high'] as const;

/** Columns of some closed trades, in trade order. */
type ClosedTrades = Readonly<Record<(typeof COLUMNS)[number], Float64Array>>;

/** Positions that the low one of the two words of a mask holds. */
const LOW_BITS = 31;

interface Sums {
  trades: number;
  wins: number;
  confirmed: number;
  pnl: number;
}

/**
 * Active metrics of the sample's strategy in position order; none without a closed trade. Added up here, as the trades come:
 * SQL would need a row for each metric and trade (nearly each has a mask of its own), for which 256 MB are too few at a
 * million trades.
 */
export async function metricContribution(sample: Sample): Promise<MetricContribution[]> {
  const metrics = sample.record.document.metrics.flatMap((metric, position) =>
    metric.active ? [{ metric, position, others: noSums(), fired: noSums() }] : [],
  );
  let closed = 0;
  for await (const trades of closedTrades(sample)) {
    for (const { position, others, fired } of metrics) addTrades(trades, position, others, fired);
    closed += trades.status.length;
  }
  if (closed === 0) return [];
  return metrics.map(({ metric: { code, side, group, weight }, others, fired }) => ({
    metric: code,
    side,
    metric_group: group,
    metric_weight: weight,
    trades: fired.trades,
    win_rate: mean(fired.wins, fired.confirmed),
    avg_pnl_pct: mean(fired.pnl, fired.trades),
    total_pnl_pct: fired.trades === 0 ? null : fired.pnl,
    other_trades: others.trades,
    other_win_rate: mean(others.wins, others.confirmed),
    other_avg_pnl_pct: mean(others.pnl, others.trades),
  }));
}

/** Some thousand at a time. */
async function* closedTrades({ session }: Sample): AsyncGenerator<ClosedTrades> {
  const columns = COLUMNS.map((name) => ({ name, kind: 'number' as const, expressions: [name] }));
  for await (const table of session.tables(columns, `FROM (${analyticsSql('metrics')}) ORDER BY n`))
    yield Object.fromEntries(table.columns.map(({ name, values }) => [name, values])) as ClosedTrades;
}

function noSums(): Sums {
  return { trades: 0, wins: 0, confirmed: 0, pnl: 0 };
}

/** Adds trades to the sums of those where the metric was not 1, or of those where it was. */
function addTrades(trades: ClosedTrades, position: number, others: Sums, fired: Sums): void {
  const { status, pnl_pct: pnl, is_counted: isCounted } = trades;
  const words = position < LOW_BITS ? trades.fired_low : trades.fired_high;
  const bit = position % LOW_BITS;
  for (let i = 0; i < status.length; i++) {
    const sums = ((words[i]! >>> bit) & 1) === 1 ? fired : others;
    if (isCounted[i] === 1) {
      sums.trades++;
      sums.pnl += pnl[i]!;
    }
    if (status[i]! < 2) sums.confirmed++;
    if (status[i] === 0) sums.wins++;
  }
}

function mean(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}

/** Contributions of the metrics of each strategy version that the filter names. */
export function readMetricContribution(
  source: SampleSource,
  filter: AnalyticsFilter = {},
): Promise<OfStrategy<MetricContribution>[]> {
  return readAll(source, filter, metricContribution);
}
