import { codeColumn } from '../schema/bar-indicator.js';
import { FILTER_REASON, KLINE_COLUMNS, REASON_TEXT, RESULT_COLUMNS, STATUS_TEXT } from '../schema/batches.js';
import { quote, text } from '../store/sql.js';
import type { MySqlStore } from './store.js';

/**
 * Makes the logical facts (SPEC 11's columns, codes not ids) and readable forms of the tables anew. The readable ones,
 * `v_...`, end with their times once more as `<column>_utc`, a DATETIME(3) for people and Grafana.
 *
 * @param codes of the catalog, in the order of their numbers
 */
export async function createViews(store: MySqlStore, codes: readonly string[]): Promise<void> {
  const facts: Readonly<Record<string, string>> = {
    fact_indicator: indicatorView(codes),
    fact_metric_value: METRIC_VALUE,
    fact_prediction: PREDICTION,
  };
  const readable: Readonly<Record<string, string>> = {
    v_indicator: withUtc('fact_indicator f', 'f', ['timestamp']),
    v_metric_value: withUtc('fact_metric_value f', 'f', ['calculating_at']),
    v_prediction: withUtc('fact_prediction f', 'f', ['predicting_at']),
    v_kline: partitionView('fact_kline', names(KLINE_COLUMNS), ['open_time', 'close_time']),
    v_prediction_result: RESULT,
    v_kline_gap: partitionView('kline_gap', ['from_time', 'to_time', 'missing'], ['from_time', 'to_time']),
    v_kline_reject: partitionView('kline_reject', ['source', 'sha256', 'line', 'reason', 'raw'], []),
    v_kline_revision: partitionView(
      'kline_revision',
      [...names(KLINE_COLUMNS), 'revision', 'run_id'],
      ['open_time', 'close_time'],
    ),
    v_kline_derivation: `SELECT s.symbol, i."interval", t.close_time, f."interval" AS source_interval, t.bars${utc('t', ['close_time'])}
      FROM kline_derivation t ${PARTITION_JOIN('t')} JOIN dim_interval f ON f.interval_id = t.source_interval`,
    v_kline_change: `SELECT c.seq, c.run_id, s.symbol, i."interval", c.from_time, c.to_time, c.added, c.revised${utc('c', ['from_time', 'to_time'])}
      FROM kline_change c ${PARTITION_JOIN('c')}`,
    v_run: withUtc('run r', 'r', ['started_at', 'finished_at']),
  };
  for (const [name, sql] of Object.entries({ ...facts, ...readable }))
    await store.run(`CREATE OR REPLACE VIEW ${name} AS ${sql}`);
}

const names = (specs: readonly { readonly name: string }[]): string[] => specs.map((spec) => spec.name);

const PARTITION_JOIN = (table: string): string =>
  `JOIN dim_symbol s ON s.symbol_id = ${table}.symbol_id JOIN dim_interval i ON i.interval_id = ${table}.interval_id`;

/** Times as DATETIME(3), UTC whatever the time zone of the server or the session is. */
function utc(table: string, times: readonly string[]): string {
  return times
    .map(
      (time) =>
        `, CAST(timestampadd(MICROSECOND, ${table}.${quote(time)} * 1000, TIMESTAMP '1970-01-01 00:00:00') AS DATETIME(3)) AS ${quote(`${time}_utc`)}`,
    )
    .join('');
}

function withUtc(from: string, table: string, times: readonly string[]): string {
  return `SELECT ${table}.*${utc(table, times)} FROM ${from}`;
}

function partitionView(table: string, columns: readonly string[], times: readonly string[]): string {
  const list = columns.map((name) => `t.${quote(name)}`).join(', ');
  return `SELECT s.symbol, i."interval", ${list}${utc('t', times)} FROM ${table} t ${PARTITION_JOIN('t')}`;
}

/**
 * One branch a code. Each joins the dimensions and names its code as a literal, so that a filter by indicator leaves one
 * scan (joined from outside, all branches are read).
 */
function indicatorView(codes: readonly string[]): string {
  const branch = (value: string, code: string, condition: string): string =>
    `SELECT s.symbol, i."interval", ${text(code)} AS indicator, b.close_time AS "timestamp", ${value} AS "value"
     FROM bar_indicator b ${PARTITION_JOIN('b')} WHERE ${condition}`;
  if (codes.length === 0) return branch('CAST(NULL AS DOUBLE)', '', '1 = 0');
  return codes
    .map((code) => {
      const value = `b.${quote(codeColumn(code))}`;
      return branch(value, code, `${value} IS NOT NULL`);
    })
    .join(' UNION ALL ');
}

const STRATEGY_JOIN = (table: string): string =>
  `JOIN dim_strategy st ON st.strategy_id = ${table}.strategy_id ${PARTITION_JOIN(table)}`;

const METRIC_VALUE = `
  SELECT st.strategy, st.version, s.symbol, i."interval", m.metric_code AS metric, p.predicting_at AS calculating_at,
    ((p.fired_mask >> m.position) & 1) AS metric_value
  FROM bar_prediction p ${STRATEGY_JOIN('p')}
  JOIN dim_metric m ON m.strategy_id = p.strategy_id AND m.is_active = 1
  WHERE ((p.known_mask >> m.position) & 1) = 1`;

const ACTION = (column: string): string =>
  `CASE ${column} WHEN 1 THEN 'BUY' WHEN -1 THEN 'SELL' ELSE 'SIDEWAY' END`;

const REASON = `CASE ${REASON_TEXT.map((reason, code) =>
  reason === null ? '' : `WHEN p.reason = ${code} THEN ${text(reason)}`,
).join(' ')} WHEN p.reason >= ${FILTER_REASON} THEN concat('FILTER:', f.metric_code) END`;

/** Codes of the active metrics of `p` that meet a condition on `x.position`, joined by ; in position order. */
const METRICS_WHERE = (condition: string): string =>
  `coalesce((SELECT group_concat(x.metric_code ORDER BY x.position SEPARATOR ';') FROM dim_metric x
    WHERE x.strategy_id = p.strategy_id AND x.is_active = 1 AND ${condition}), '')`;

const PREDICTION = `
  SELECT st.strategy, st.version, s.symbol, i."interval", p.predicting_at, p."close", p.buy_score, p.sell_score,
    abs(p.buy_score - p.sell_score) AS market_score, st.max_score_resolved AS max_score,
    greatest(p.buy_score, p.sell_score) / st.max_score_resolved AS confidence_score,
    ${ACTION('p.action')} AS action, CASE WHEN p.reason = 0 THEN 1 ELSE 0 END AS is_tradable, ${REASON} AS no_trade_reason,
    p.is_conflict, p.metric_trend, p.metric_momentum, p.metric_volatility, p.metric_volume,
    ${METRICS_WHERE('((p.fired_mask >> x.position) & 1) = 1')} AS metrics_fired,
    ${METRICS_WHERE('((p.known_mask >> x.position) & 1) = 0')} AS metrics_unknown
  FROM bar_prediction p ${STRATEGY_JOIN('p')}
  LEFT JOIN dim_metric f ON f.strategy_id = p.strategy_id AND f.position = p.reason - ${FILTER_REASON}`;

/** Columns that the warehouse keeps for itself: SPEC 11 does not list them. */
const INTERNAL = new Set(['is_contested', 'decided_by']);

const RESULT = `
  SELECT st.strategy, st.version, s.symbol, i."interval", ${names(RESULT_COLUMNS)
    .filter((name) => !INTERNAL.has(name))
    .map((name) => {
      if (name === 'action') return `${ACTION('r.action')} AS action`;
      if (name !== 'result_status') return `r.${name}`;
      const cases = STATUS_TEXT.map((status, code) => `WHEN ${code} THEN ${text(status)}`);
      return `CASE r.result_status ${cases.join(' ')} END AS result_status`;
    })
    .join(', ')}${utc('r', ['predicting_at', 'confirmed_at'])}
  FROM fact_prediction_result r ${STRATEGY_JOIN('r')}`;
