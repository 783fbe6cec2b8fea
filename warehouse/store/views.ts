import { codeColumn } from '../schema/bar-indicator.js';
import { FILTER_REASON, KLINE_COLUMNS, REASON_TEXT, RESULT_COLUMNS, STATUS_TEXT } from '../schema/batches.js';
import { quote, text } from './sql.js';
import type { Store } from './store.js';

/** What the backends say differently in their views. */
export interface ViewDialect {
  /** An expression that is 0 or 1, in the type of a flag. */
  flag(expression: string): string;
  /** Codes of the active metrics of `p` that meet a condition on `x.position`, joined by ; in position order. */
  metricsWhere(condition: string): string;
  /** What `metricsWhere` needs behind `FROM bar_prediction p`. */
  readonly metricsJoin: string;
  /** Further columns, each after a comma: times of a table in a form for people. */
  readable(table: string, times: readonly string[]): string;
}

/** Makes views anew, in this order. */
export async function replaceViews(store: Store, views: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, sql] of Object.entries(views))
    await store.run(`CREATE OR REPLACE VIEW ${name} AS ${sql}`);
}

/**
 * The logical facts (SPEC 11's columns, codes not ids) and readable forms of the plain tables, as SELECTs by name.
 *
 * @param codes of the catalog, in the order of their numbers
 */
export function viewQueries(
  codes: readonly string[],
  dialect: ViewDialect,
): Readonly<Record<string, string>> {
  const partitionView = (table: string, columns: readonly string[], times: readonly string[]): string => {
    const list = columns.map((name) => `t.${quote(name)}`).join(', ');
    return `SELECT s.symbol, i."interval", ${list}${dialect.readable('t', times)} FROM ${table} t ${partitionJoin('t')}`;
  };
  const klineTimes = ['open_time', 'close_time'];
  return {
    fact_indicator: indicators(codes),
    fact_metric_value: metricValues(dialect),
    fact_prediction: predictions(dialect),
    v_kline: partitionView('fact_kline', names(KLINE_COLUMNS), klineTimes),
    v_prediction_result: results(dialect),
    v_kline_gap: partitionView('kline_gap', ['from_time', 'to_time', 'missing'], ['from_time', 'to_time']),
    v_kline_reject: partitionView('kline_reject', ['source', 'sha256', 'line', 'reason', 'raw'], []),
    v_kline_revision: partitionView(
      'kline_revision',
      [...names(KLINE_COLUMNS), 'revision', 'run_id'],
      klineTimes,
    ),
    v_kline_derivation: `SELECT s.symbol, i."interval", t.close_time, f."interval" AS source_interval, t.bars${dialect.readable('t', ['close_time'])}
      FROM kline_derivation t ${partitionJoin('t')} JOIN dim_interval f ON f.interval_id = t.source_interval`,
    v_kline_change: `SELECT c.seq, c.run_id, s.symbol, i."interval", c.from_time, c.to_time, c.added, c.revised${dialect.readable('c', ['from_time', 'to_time'])}
      FROM kline_change c ${partitionJoin('c')}`,
  };
}

const names = (specs: readonly { readonly name: string }[]): string[] => specs.map((spec) => spec.name);

const partitionJoin = (table: string): string =>
  `JOIN dim_symbol s ON s.symbol_id = ${table}.symbol_id JOIN dim_interval i ON i.interval_id = ${table}.interval_id`;

const strategyJoin = (table: string): string =>
  `JOIN dim_strategy st ON st.strategy_id = ${table}.strategy_id ${partitionJoin(table)}`;

/**
 * One branch a code. Each joins the dimensions and names its code as a literal, so that a filter by indicator leaves one
 * scan (joined from outside, all branches are read).
 */
function indicators(codes: readonly string[]): string {
  const branch = (value: string, code: string, condition: string): string =>
    `SELECT s.symbol, i."interval", ${text(code)} AS indicator, b.close_time AS "timestamp", ${value} AS "value"
     FROM bar_indicator b ${partitionJoin('b')} WHERE ${condition}`;
  if (codes.length === 0) return branch('CAST(NULL AS DOUBLE)', '', '1 = 0');
  return codes
    .map((code) => {
      const value = `b.${quote(codeColumn(code))}`;
      return branch(value, code, `${value} IS NOT NULL`);
    })
    .join(' UNION ALL ');
}

function metricValues({ flag }: ViewDialect): string {
  return `
  SELECT st.strategy, st.version, s.symbol, i."interval", m.metric_code AS metric, p.predicting_at AS calculating_at,
    ${flag('((p.fired_mask >> m.position) & 1)')} AS metric_value
  FROM bar_prediction p ${strategyJoin('p')}
  JOIN dim_metric m ON m.strategy_id = p.strategy_id AND m.is_active = 1
  WHERE ((p.known_mask >> m.position) & 1) = 1`;
}

const actionText = (column: string): string =>
  `CASE ${column} WHEN 1 THEN 'BUY' WHEN -1 THEN 'SELL' ELSE 'SIDEWAY' END`;

const REASON = `CASE ${REASON_TEXT.map((reason, code) =>
  reason === null ? '' : `WHEN p.reason = ${code} THEN ${text(reason)}`,
).join(' ')} WHEN p.reason >= ${FILTER_REASON} THEN concat('FILTER:', f.metric_code) END`;

function predictions({ flag, metricsWhere, metricsJoin }: ViewDialect): string {
  return `
  SELECT st.strategy, st.version, s.symbol, i."interval", p.predicting_at, p."close", p.buy_score, p.sell_score,
    abs(p.buy_score - p.sell_score) AS market_score, st.max_score_resolved AS max_score,
    greatest(p.buy_score, p.sell_score) / st.max_score_resolved AS confidence_score,
    ${actionText('p.action')} AS action, ${flag('CASE WHEN p.reason = 0 THEN 1 ELSE 0 END')} AS is_tradable, ${REASON} AS no_trade_reason,
    p.is_conflict, p.metric_trend, p.metric_momentum, p.metric_volatility, p.metric_volume,
    ${metricsWhere('((p.fired_mask >> x.position) & 1) = 1')} AS metrics_fired,
    ${metricsWhere('((p.known_mask >> x.position) & 1) = 0')} AS metrics_unknown
  FROM bar_prediction p ${strategyJoin('p')} ${metricsJoin}
  LEFT JOIN dim_metric f ON f.strategy_id = p.strategy_id AND f.position = p.reason - ${FILTER_REASON}`;
}

/** Columns that the warehouse keeps for itself: SPEC 11 does not list them. */
const INTERNAL = new Set(['is_contested', 'decided_by']);

function results({ readable }: ViewDialect): string {
  const statuses = STATUS_TEXT.map((status, code) => `WHEN ${code} THEN ${text(status)}`).join(' ');
  const columns = names(RESULT_COLUMNS)
    .filter((name) => !INTERNAL.has(name))
    .map((name) => {
      if (name === 'action') return `${actionText('r.action')} AS action`;
      if (name === 'result_status') return `CASE r.result_status ${statuses} END AS result_status`;
      return `r.${name}`;
    });
  return `
  SELECT st.strategy, st.version, s.symbol, i."interval", ${columns.join(', ')}${readable('r', ['predicting_at', 'confirmed_at'])}
  FROM fact_prediction_result r ${strategyJoin('r')}`;
}
