import type { AnalyticsFilter } from './filter.js';
import type { AnalyticsSession, Parameters } from './session.js';
import { analyticsSql } from './sql.js';

/** A partition within the filter: a row of slot.sql. */
export interface Slot {
  readonly slot: number;
  readonly symbol_id: number;
  readonly interval_id: number;
  readonly symbol: string;
  readonly interval: string;
  readonly duration_ms: number;
  /** Klines within the filter's times. */
  readonly bars: number;
  readonly missing: number;
}

/** Rows before a bar that its volatility regime looks at (SPEC 7). */
const REGIME_ROWS = 200;

/** Makes the table `slot`. */
export async function readSlots(session: AnalyticsSession, filter: AnalyticsFilter): Promise<Slot[]> {
  const { symbol = null, interval = null } = filter;
  const [bounds] = await session.rows<Parameters>(analyticsSql('bounds'), { symbol, interval });
  await session.keep('slot', analyticsSql('slot'), { symbol, interval, ...timesOf(filter), ...bounds });
  return session.rows<Slot>('SELECT * FROM slot ORDER BY slot');
}

/** Bounds of ids and times. As constants they let DuckDB skip row groups; the join with `slot` is what decides. */
export function partitionParameters(filter: AnalyticsFilter, slots: readonly Slot[]): Parameters {
  const { from, to } = timesOf(filter);
  const bound = (of: 'symbol_id' | 'interval_id', pick: (...values: number[]) => number): number =>
    slots.length === 0 ? 0 : pick(...slots.map((slot) => slot[of]));
  // So many rows take at most so many bars of time, gaps included.
  const reach = Math.max(0, ...slots.map((slot) => (REGIME_ROWS + slot.missing) * slot.duration_ms));
  return {
    symbol_low: bound('symbol_id', Math.min),
    symbol_high: bound('symbol_id', Math.max),
    interval_low: bound('interval_id', Math.min),
    interval_high: bound('interval_id', Math.max),
    from,
    to,
    regime_from: from - reach,
  };
}

function timesOf({ from = 0, to = Number.MAX_SAFE_INTEGER }: AnalyticsFilter) {
  return { from, to };
}
