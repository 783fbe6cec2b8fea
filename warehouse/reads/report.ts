import type { StrategyRecord, TierDocument } from '../strategy.js';
import type { PartitionKey, PartitionState, Warehouse } from '../warehouse.js';
import { inFilter, type ReadFilter, readRows } from './rows.js';
import { type ClosedTrade, type TradeFigures, tradeFigures } from './trade-figures.js';
import { whichVersions } from './versions.js';

export interface ReportFilter extends ReadFilter {
  /** `NAME` (its newest version) or `NAME@VERSION`. Absent: the newest version of every enabled strategy. */
  readonly strategy?: string;
}

/** What a strategy version did on a partition, under the names of SPEC 7. */
export interface ReportRow extends PartitionKey, TradeFigures {
  readonly strategy: string;
  readonly version: number;
  /** Klines of the partition. */
  readonly bars: number;
  readonly predictions: number;
  readonly tradable: number;
  readonly wins: number;
  readonly losses: number;
  readonly expired: number;
  /** Tradable, without a result although the window is complete: no bar traded in it. */
  readonly unfilled: number;
  /** Tradable, and the window is not complete. */
  readonly pending: number;
  readonly ambiguous: number;
  readonly with_gap: number;
}

/**
 * One row for every strategy version and partition that has predictions, by strategy, symbol and length of interval.
 * Sums are taken in trade order: confirmed_at, then predicting_at.
 *
 * @throws Error that lists the names when the strategy or version is not there
 */
export async function readReport(warehouse: Warehouse, filter: ReportFilter = {}): Promise<ReportRow[]> {
  const report: ReportRow[] = [];
  const partitions = (await warehouse.partitions()).filter((partition) => inFilter(partition, filter));
  for (const record of whichVersions(await warehouse.strategies(), filter.strategy))
    for (const partition of partitions) {
      const row = await reportRow(warehouse, record, partition);
      if (row.predictions > 0) report.push(row);
    }
  return report;
}

/** Tolerance in favour of meeting strong_edge (SPEC 5). */
const SCORE_TOLERANCE = 1e-9;

async function reportRow(
  warehouse: Warehouse,
  { strategyId, version, document }: StrategyRecord,
  { symbol, interval, rows, lastCloseTime }: PartitionState,
): Promise<ReportRow> {
  const where = (table: string): string => `${table}.strategy_id = ${strategyId}
    AND ${table}.symbol_id = (SELECT symbol_id FROM dim_symbol WHERE symbol = '${symbol.replaceAll("'", "''")}')
    AND ${table}.interval_id = (SELECT interval_id FROM dim_interval WHERE "interval" = '${interval}')`;
  const [counts] = await readRows<{ predictions: number; tradable: number | null }>(
    warehouse,
    `SELECT count(*) AS predictions, sum(CASE WHEN p.reason = 0 THEN 1 ELSE 0 END) AS tradable
     FROM bar_prediction p WHERE ${where('p')}`,
  );
  const duration = await durationOf(warehouse, interval);
  const { buy, sell } = document.risk;
  const ms = (tier: TierDocument): number => lookaheadMs(tier.lookahead, duration);
  // An exponent makes the literal a double.
  const strongEdge = (document.scoring.strong_edge - SCORE_TOLERANCE).toExponential();
  const isStrong = `abs(p.buy_score - p.sell_score) >= ${strongEdge}`;
  const lookahead = `CASE WHEN p.action = 1 THEN CASE WHEN ${isStrong} THEN ${ms(buy.strong)} ELSE ${ms(buy.weak)} END
    ELSE CASE WHEN ${isStrong} THEN ${ms(sell.strong)} ELSE ${ms(sell.weak)} END END`;
  const [open] = await readRows<{ n: number; unfilled: number | null }>(
    warehouse,
    `SELECT count(*) AS n, sum(CASE WHEN p.predicting_at + ${lookahead} <= ${lastCloseTime} THEN 1 ELSE 0 END) AS unfilled
     FROM bar_prediction p WHERE ${where('p')} AND p.reason = 0 AND p.predicting_at NOT IN
       (SELECT r.predicting_at FROM fact_prediction_result r WHERE ${where('r')})`,
  );
  const closed = await readRows<ClosedTrade & { ambiguous: number; gap: number }>(
    warehouse,
    `SELECT CASE r.result_status WHEN 0 THEN 'WIN' WHEN 1 THEN 'LOSS' ELSE 'EXPIRED' END AS status,
       r.pnl_pct AS "pnlPct", r.gross_pct AS "grossPct", r.is_ambiguous AS ambiguous, r.has_gap AS gap
     FROM fact_prediction_result r WHERE ${where('r')} ORDER BY r.confirmed_at, r.predicting_at`,
  );
  const count = (of: (trade: (typeof closed)[number]) => boolean): number => closed.filter(of).length;
  const unfilled = open!.unfilled ?? 0;
  return {
    strategy: document.strategy,
    version,
    symbol,
    interval,
    bars: rows,
    predictions: counts!.predictions,
    tradable: counts!.tradable ?? 0,
    wins: count(({ status }) => status === 'WIN'),
    losses: count(({ status }) => status === 'LOSS'),
    expired: count(({ status }) => status === 'EXPIRED'),
    unfilled,
    pending: open!.n - unfilled,
    ambiguous: count((trade) => trade.ambiguous === 1),
    with_gap: count((trade) => trade.gap === 1),
    ...tradeFigures(closed),
  };
}

async function durationOf(warehouse: Warehouse, interval: string): Promise<number> {
  const [row] = await readRows<{ ms: number }>(
    warehouse,
    `SELECT duration_ms AS ms FROM dim_interval WHERE "interval" = '${interval}'`,
  );
  return row!.ms;
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A lookahead of a stored document, which was checked when it was imported. */
function lookaheadMs(text: string, barMs: number): number {
  const [, size, unit] = /^\s*(\d+)\s*(\w+)\s*$/.exec(text) ?? [];
  const unitMs = unit === 'BAR' ? barMs : UNIT_MS[unit ?? ''];
  if (unitMs === undefined) throw new Error(`report: lookahead '${text}' is not Nm, Nh, Nd, Nw or N BAR`);
  return Number(size) * unitMs;
}
