import type { StrategyRecord } from '../strategy.js';
import type { PartitionKey, Warehouse } from '../warehouse.js';
import { forEachSample } from './each-sample.js';
import type { AnalyticsFilter } from './filter.js';
import { analyticsSql } from './sql.js';

/** Confirmed trades (WIN or LOSS) of a strategy version in trade order (SPEC 7): columns of equal length. */
export interface ConfirmedTrades {
  readonly record: StrategyRecord;
  /** Partition of each trade. */
  readonly partitions: readonly PartitionKey[];
  readonly predictingAt: Float64Array;
  readonly confirmedAt: Float64Array;
  /** 1 BUY, -1 SELL. */
  readonly action: Float64Array;
  /** 1 or 0, as is `isWin`. */
  readonly isStrong: Float64Array;
  readonly isWin: Float64Array;
  readonly pnlPct: Float64Array;
  /** Metrics that fired: bits of the positions 0 to 30, and of 31 to 61. */
  readonly firedLow: Float64Array;
  readonly firedHigh: Float64Array;
  /** Regimes (SPEC 7) at predicting_at: 1, 0, or -1 where an input is unknown. */
  readonly isTrendUp: Float64Array;
  readonly isMomentumPos: Float64Array;
  readonly isVolatilityHigh: Float64Array;
}

/** The trades of each strategy version that the filter names, by name. */
export async function readConfirmedTrades(
  warehouse: Warehouse,
  filter: AnalyticsFilter,
): Promise<ConfirmedTrades[]> {
  const found = await forEachSample(warehouse, filter, true, async ({ session, record, slots }) => {
    const columns = await session.numbers(analyticsSql('confirmed-trades'));
    const column = (name: string): Float64Array => columns[name] ?? new Float64Array(0);
    const keys = new Map<number, PartitionKey>(
      slots.map(({ slot, symbol, interval }) => [slot, { symbol, interval }]),
    );
    return {
      record,
      partitions: Array.from(column('slot'), (slot) => keys.get(slot)!),
      predictingAt: column('predicting_at'),
      confirmedAt: column('confirmed_at'),
      action: column('action'),
      isStrong: column('is_strong'),
      isWin: column('is_win'),
      pnlPct: column('pnl_pct'),
      firedLow: column('fired_low'),
      firedHigh: column('fired_high'),
      isTrendUp: column('is_trend_up'),
      isMomentumPos: column('is_momentum_pos'),
      isVolatilityHigh: column('is_volatility_high'),
    };
  });
  const name = ({ record }: ConfirmedTrades): string => record.document.strategy;
  return found.sort((a, b) => (name(a) < name(b) ? -1 : 1));
}
