import { codeColumn } from '../../schema/bar-indicator.js';
import { FILTER_REASON, REASON_TEXT, STATUS_TEXT } from '../../schema/batches.js';
import { broken, col, type Finding, shown, tableNamed } from './finding.js';

/** Positions of metrics are the bits of a mask: 0 to 61. */
const LAST_POSITION = 61;
/** The largest double: only infinity lies above it, and NaN where a database has it. */
const LARGEST = '1.7976931348623157e308';

/** Values that a code cannot leave; null: no bound on that side. */
export type CodeBounds = Readonly<Record<string, { readonly min: number; readonly max: number | null }>>;

/** Sums and means of floats miss a bound by some digits. */
const TOLERANCE = 1e-9;

/**
 * Values that cannot be.
 *
 * @param codes of the catalog, each a column of bar_indicator
 * @param bounds of some of them
 */
export function rangeFindings(codes: readonly string[], bounds: CodeBounds): Finding[] {
  return [
    bounded(codes, bounds),
    finite('fact_kline', numbersOf('fact_kline')),
    finite('bar_indicator', codes.map(codeColumn)),
    finite('bar_prediction', numbersOf('bar_prediction')),
    finite('fact_prediction_result', numbersOf('fact_prediction_result')),
    {
      ...broken(
        'fact_kline',
        {
          'a price is not above 0': any(['open', 'high', 'low', 'close'], '<= 0'),
          'low is above open or close': `d.close_time IS NULL AND (${LOW_IS_HIGH})`,
          'high is below open or close': `d.close_time IS NULL AND (${HIGH_IS_LOW})`,
          'low is above high': `${col('low')} > ${col('high')}`,
          'volume is below 0': any(['volume', 'quote_volume', 'taker_buy_base', 'taker_buy_quote'], '< 0'),
          'taker_buy_base is above volume': `${col('taker_buy_base')} > ${col('volume')} * ${1 + TOLERANCE}`,
          'trade_count is no count': `${col('trade_count')} < 0 OR floor(${col('trade_count')}) <> ${col('trade_count')}`,
        },
        ['open', 'high', 'low', 'close', 'volume', 'quote_volume', 'trade_count'],
      ),
      // The close of a derived bar is that of its last one, traded or not (SPEC 2): its high and low are of those that traded.
      joins: `LEFT JOIN kline_derivation d ON d.symbol_id = t.symbol_id AND d.interval_id = t.interval_id
        AND d.close_time = t.close_time`,
    },
    broken(
      'bar_prediction',
      {
        'a score is below 0': any(['buy_score', 'sell_score'], '< 0'),
        'close is not above 0': `${col('close')} <= 0`,
        'action is unknown': `${col('action')} NOT IN (-1, 0, 1)`,
        'reason is unknown': `${col('reason')} < 0 OR (${col('reason')} >= ${REASON_TEXT.length} AND ${col('reason')} < ${FILTER_REASON})
          OR ${col('reason')} > ${FILTER_REASON + LAST_POSITION}`,
        'it is tradable and has no side': `${col('reason')} = 0 AND ${col('action')} = 0`,
        'is_conflict is no flag': `${col('is_conflict')} NOT IN (0, 1)`,
        'a metric fired that is unknown': `(${col('fired_mask')} & ${col('known_mask')}) <> ${col('fired_mask')}`,
      },
      ['action', 'reason', 'buy_score', 'sell_score', 'close'],
    ),
    broken(
      'fact_prediction_result',
      {
        'a price is not above 0': any(['entry_price', 'exit_price'], '<= 0'),
        'action is unknown': `${col('action')} NOT IN (-1, 1)`,
        'result_status is unknown': `${col('result_status')} NOT IN (${STATUS_TEXT.map((_, i) => i).join(', ')})`,
        'it is confirmed before its first bar': `${col('confirmed_at')} <= ${col('predicting_at')}`,
        'lookahead_ms is not above 0': `${col('lookahead_ms')} <= 0`,
        'the entry (0) is beyond the best or the worst return': `${col('max_return_pct')} < 0 OR ${col('min_return_pct')} > 0`,
        'it is a flag and neither 0 nor 1': any(
          ['is_strong', 'is_ambiguous', 'has_gap', 'is_contested'],
          'NOT IN (0, 1)',
        ),
      },
      [
        'action',
        'result_status',
        'entry_price',
        'exit_price',
        'confirmed_at',
        'max_return_pct',
        'min_return_pct',
      ],
    ),
    broken(
      'dim_strategy',
      {
        'confidence would be below 0': `${col('max_score_resolved')} <= 0`,
        'a cost is below 0': any(['fee_bps', 'slippage_bps'], '< 0'),
      },
      ['strategy', 'version', 'max_score_resolved', 'fee_bps', 'slippage_bps'],
    ),
    broken(
      'dim_metric',
      {
        'its weight is not above 0': `${col('metric_weight')} <= 0`,
        'its position is no bit of a mask': `${col('position')} < 0 OR ${col('position')} > ${LAST_POSITION}`,
      },
      ['metric_code', 'metric_weight', 'position'],
    ),
    {
      ...broken(
        'kline_derivation',
        {
          'it was made of more bars than fit': `${col('bars')} < 0 OR ${col('bars')} * f.duration_ms > i.duration_ms`,
        },
        ['source_interval', 'bars'],
      ),
      joins: 'JOIN dim_interval f ON f.interval_id = t.source_interval',
    },
  ];
}

const LOW_IS_HIGH = `${col('low')} > ${col('open')} OR ${col('low')} > ${col('close')}`;
const HIGH_IS_LOW = `${col('high')} < ${col('open')} OR ${col('high')} < ${col('close')}`;

/** Indicators beyond their bounds, in partitions whose prices all lie between low and high. */
function bounded(codes: readonly string[], bounds: CodeBounds): Finding {
  const cases = codes
    .filter((code) => bounds[code] !== undefined)
    .map((code) => {
      const { min, max } = bounds[code]!;
      const value = col(codeColumn(code));
      const slack = TOLERANCE * Math.max(1, Math.abs(min), Math.abs(max ?? 0));
      const isAbove = max === null ? '' : ` OR ${value} > ${max + slack}`;
      return {
        code,
        value,
        condition: `(${value} < ${min - slack}${isAbove})`,
        range: `${min} to ${max ?? 'any'}`,
      };
    });
  const details = cases.map(
    ({ value, condition, code, range }) =>
      `WHEN ${condition} THEN concat('${codeColumn(code)} is not within ${range}: ', ${shown(value)})`,
  );
  return {
    table: 'bar_indicator',
    joins: `LEFT JOIN (SELECT DISTINCT t.symbol_id, t.interval_id FROM fact_kline t WHERE ${LOW_IS_HIGH} OR ${HIGH_IS_LOW}) odd
      ON odd.symbol_id = t.symbol_id AND odd.interval_id = t.interval_id`,
    where:
      cases.length === 0
        ? '1 = 0'
        : `odd.symbol_id IS NULL AND (${cases.map(({ condition }) => condition).join(' OR ')})`,
    detail: cases.length === 0 ? "''" : `CASE ${details.join(' ')} END`,
  };
}

const any = (columns: readonly string[], condition: string): string =>
  columns.map((name) => `${col(name)} ${condition}`).join(' OR ');

/** Unknown is NULL: neither infinity nor NaN is a value. */
function finite(table: string, columns: readonly string[]): Finding {
  const isInfinite = (name: string): string => `${col(name)} > ${LARGEST} OR ${col(name)} < -${LARGEST}`;
  const cases = columns.map((name) => `WHEN ${isInfinite(name)} THEN '${name}'`);
  return {
    table,
    where: columns.length === 0 ? '1 = 0' : `(${columns.map(isInfinite).join(' OR ')})`,
    detail: columns.length === 0 ? "''" : `concat(CASE ${cases.join(' ')} END, ' is no finite number')`,
  };
}

const numbersOf = (table: string): string[] =>
  tableNamed(table)
    .columns.filter(({ kind }) => kind === 'number')
    .map(({ name }) => name);
