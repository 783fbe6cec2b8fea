import type { ColumnSpec } from '../columns.js';

const time = (name: string): ColumnSpec => ({ name, kind: 'time' });
const number = (name: string): ColumnSpec => ({ name, kind: 'number' });
const flag = (name: string): ColumnSpec => ({ name, kind: 'flag' });

/** A kline batch: SPEC 2's columns; unknown is NaN. */
export const KLINE_COLUMNS: readonly ColumnSpec[] = [
  time('open_time'),
  number('open'),
  number('high'),
  number('low'),
  number('close'),
  number('volume'),
  time('close_time'),
  number('quote_volume'),
  number('trade_count'),
  number('taker_buy_base'),
  number('taker_buy_quote'),
];

/** What derived bars were made of: the interval's number in dim_interval, and how many bars. */
export const DERIVATION_COLUMNS: readonly ColumnSpec[] = [
  time('close_time'),
  { name: 'source_interval', kind: 'tiny' },
  { name: 'bars', kind: 'small' },
];

const indicatorLists = new WeakMap<readonly string[], readonly ColumnSpec[]>();

/** An indicator batch of these codes; the same list for the same array. */
export function indicatorColumns(codes: readonly string[]): readonly ColumnSpec[] {
  let columns = indicatorLists.get(codes);
  if (columns === undefined) {
    columns = [time('close_time'), ...codes.map(number)];
    indicatorLists.set(codes, columns);
  }
  return columns;
}

/** A prediction batch: the physical form of fact_prediction and fact_metric_value (docs/warehouse.md). */
export const PREDICTION_COLUMNS: readonly ColumnSpec[] = [
  time('predicting_at'),
  { name: 'known_mask', kind: 'mask' },
  { name: 'fired_mask', kind: 'mask' },
  number('close'),
  number('buy_score'),
  number('sell_score'),
  { name: 'action', kind: 'tiny' },
  { name: 'reason', kind: 'small' },
  flag('is_conflict'),
  number('metric_trend'),
  number('metric_momentum'),
  number('metric_volatility'),
  number('metric_volume'),
];

/** `no_trade_reason` as stored in `reason`: index = code. A FILTER's is FILTER_REASON + the metric's position. */
export const REASON_TEXT = [
  null,
  'INCOMPLETE',
  'CONFLICT',
  'NO_SIGNAL',
  'WEAK_EDGE',
  'LOW_CONFIDENCE',
  'OVER_CONFIDENCE',
] as const;
export const FILTER_REASON = 100;

/** `result_status` as stored: index = code. */
export const STATUS_TEXT = ['WIN', 'LOSS', 'EXPIRED'] as const;

/** A result batch. `decided_by` is the number of an interval in dim_interval, 0 when no finer bar decided. */
export const RESULT_COLUMNS: readonly ColumnSpec[] = [
  time('predicting_at'),
  { name: 'action', kind: 'tiny' },
  flag('is_strong'),
  number('entry_price'),
  number('tp_price'),
  number('sl_price'),
  time('lookahead_ms'),
  number('exit_price'),
  { name: 'result_status', kind: 'tiny' },
  time('confirmed_at'),
  number('gross_pct'),
  number('pnl_pct'),
  number('max_return_pct'),
  number('min_return_pct'),
  flag('is_ambiguous'),
  flag('has_gap'),
  flag('is_contested'),
  { name: 'decided_by', kind: 'tiny' },
];
