import type { BatchColumn } from '../analytics/session.js';
import { codeColumn } from '../schema/bar-indicator.js';
import { FILTER_REASON, KLINE_COLUMNS, REASON_TEXT, STATUS_TEXT } from '../schema/batches.js';
import { LOGICAL_COLUMNS } from '../schema/logical-columns.js';
import type { StrategyRecord } from '../strategy.js';
import type { FactPage } from './fact-page.js';
import type { Names } from './names.js';

/** Rows to choose; absent: all. Texts are names that `Names` knows. */
export interface FactChoice {
  readonly symbol?: string | undefined;
  readonly interval?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const number = (name: string, expression = `p."${name}"`): BatchColumn => ({
  name,
  expression,
  kind: 'number',
});
const text = (name: string, expression: string): BatchColumn => ({ name, expression, kind: 'text' });
const coded = (name: string, expression: string, textOf: (code: number) => string | null): BatchColumn => ({
  name,
  expression,
  kind: 'coded',
  textOf,
});

/** A literal of a number that was looked up or parsed, never of a text. */
function whole(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error(`warehouse: ${value} is not a whole number`);
  return String(value);
}

function partitionWhere(names: Names, { symbol, interval }: FactChoice): string[] {
  const parts: string[] = [];
  if (symbol !== undefined) parts.push(`p.symbol_id = ${whole(names.symbols.get(symbol)!)}`);
  if (interval !== undefined) parts.push(`p.interval_id = ${whole(names.intervals.get(interval)!.id)}`);
  return parts;
}

function timeWhere(column: string, { from, to }: FactChoice): string[] {
  const parts: string[] = [];
  if (from !== undefined) parts.push(`p.${column} >= ${whole(from)}`);
  if (to !== undefined) parts.push(`p.${column} < ${whole(to)}`);
  return parts;
}

function partitionColumns(names: Names): BatchColumn[] {
  const symbols = new Map(Array.from(names.symbols, ([symbol, id]) => [id, symbol]));
  const intervals = new Map(Array.from(names.intervals, ([interval, { id }]) => [id, interval]));
  return [
    coded('symbol', 'p.symbol_id', (id) => symbols.get(id) ?? null),
    coded('interval', 'p.interval_id', (id) => intervals.get(id) ?? null),
  ];
}

function strategyColumns(records: readonly StrategyRecord[]): BatchColumn[] {
  const byId = new Map(records.map((record) => [record.strategyId, record]));
  return [
    coded('strategy', 'p.strategy_id', (id) => byId.get(id)?.document.strategy ?? null),
    { ...number('version'), expression: versionOf(records) },
  ];
}

const versionOf = (records: readonly StrategyRecord[]): string =>
  records.length === 0
    ? 'NULL'
    : `CASE p.strategy_id ${records.map(({ strategyId, version }) => `WHEN ${whole(strategyId)} THEN ${whole(version)}`).join(' ')} END`;

const strategyWhere = (records: readonly StrategyRecord[]): string =>
  records.length === 0
    ? 'false'
    : `p.strategy_id IN (${records.map(({ strategyId }) => whole(strategyId)).join(', ')})`;

const PREDICTION_ID = text(
  'prediction_id',
  `concat(st.strategy, '@', st.version, ':', s.symbol, ':', i."interval", ':', p.predicting_at)`,
);
const DIMENSIONS = `JOIN dim_strategy st ON st.strategy_id = p.strategy_id JOIN dim_symbol s ON s.symbol_id = p.symbol_id
  JOIN dim_interval i ON i.interval_id = p.interval_id`;
const TIE = ['p.strategy_id', 'p.symbol_id', 'p.interval_id'];

function klines(names: Names, choice: FactChoice): FactPage {
  return {
    columns: [...partitionColumns(names), ...KLINE_COLUMNS.map(({ name }) => number(name))],
    from: 'fact_kline',
    where: [...partitionWhere(names, choice), ...timeWhere('close_time', choice)],
    parameters: {},
    join: '',
    order: ['p.close_time'],
    textKeys: [],
  };
}

function indicators(names: Names, choice: FactChoice, codes: readonly string[]): FactPage {
  return {
    columns: [number('close_time'), ...codes.map((code) => number(code, `p."${codeColumn(code)}"`))],
    from: 'bar_indicator',
    where: [...partitionWhere(names, choice), ...timeWhere('close_time', choice)],
    parameters: {},
    join: '',
    order: ['p.close_time'],
    textKeys: [],
  };
}

/** Code by code in the order of the text, so that a reader has whole series. */
function indicatorValues(names: Names, choice: FactChoice, codes: readonly string[]): FactPage {
  const sorted = codes.toSorted();
  const where = [...partitionWhere(names, choice), ...timeWhere('close_time', choice)].join(' AND ');
  const branches = sorted.map((code, number) => {
    const value = `p."${codeColumn(code)}"`;
    return `SELECT p.symbol_id, p.interval_id, ${number} AS code, p.close_time AS "timestamp", ${value} AS "value"
      FROM bar_indicator p WHERE ${where} AND ${value} IS NOT NULL`;
  });
  return {
    columns: [
      ...partitionColumns(names),
      coded('indicator', 'p.code', (code) => sorted[code]!),
      number('timestamp'),
      number('value'),
    ],
    from: `(${branches.join(' UNION ALL ')})`,
    where: [],
    parameters: {},
    join: '',
    order: ['p.code', 'p."timestamp"'],
    textKeys: [],
  };
}

/** Metric by metric, in the order of the text. @param codes active metrics of the strategy */
function metricValues(
  names: Names,
  choice: FactChoice,
  record: StrategyRecord,
  codes: readonly string[],
): FactPage {
  const positions = record.document.metrics
    .map(({ code, active }, position) => ({ code, active, position }))
    .filter(({ code, active }) => active && codes.includes(code))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
  const where = [
    strategyWhere([record]),
    ...partitionWhere(names, choice),
    ...timeWhere('predicting_at', choice),
  ].join(' AND ');
  const branches = positions.map(
    ({ position }, number) =>
      `SELECT p.strategy_id, p.symbol_id, p.interval_id, ${number} AS metric, p.predicting_at AS calculating_at,
        (p.fired_mask >> ${position}) & 1 AS metric_value
      FROM bar_prediction p WHERE ${where} AND ((p.known_mask >> ${position}) & 1) = 1`,
  );
  return {
    columns: [
      ...strategyColumns([record]),
      ...partitionColumns(names),
      coded('metric', 'p.metric', (number) => positions[number]!.code),
      number('calculating_at'),
      number('metric_value'),
    ],
    from: `(${branches.join(' UNION ALL ')})`,
    where: [],
    parameters: {},
    join: '',
    order: ['p.metric', 'p.calculating_at'],
    textKeys: [],
  };
}

/** What the lists of predictions sort by. */
const PREDICTION_SORT: Readonly<Record<string, string>> = {
  predicting_at: 'p.predicting_at',
  market_score: 'abs(p.buy_score - p.sell_score)',
  confidence_score: 'greatest(p.buy_score, p.sell_score) / p.max_score',
};

export type Action = 'BUY' | 'SELL' | 'SIDEWAY';
const ACTION_CODE: Readonly<Record<Action, number>> = { BUY: 1, SELL: -1, SIDEWAY: 0 };
const actionOf = (code: number): string => (code === 1 ? 'BUY' : code === -1 ? 'SELL' : 'SIDEWAY');

/** Codes of the active metrics that meet a condition on `x.position`, joined by ;. */
const metricsWhere = (condition: string): string =>
  `array_to_string(list_transform(list_filter(a.metrics, lambda x: ${condition}), lambda x: x.metric_code), ';')`;

export interface PredictionChoice extends FactChoice {
  readonly strategies: readonly StrategyRecord[];
  readonly action?: Action | undefined;
  readonly isTradable?: boolean | undefined;
  readonly isConflict?: boolean | undefined;
  readonly sort: string;
}

function predictions(names: Names, choice: PredictionChoice): FactPage {
  const { strategies, action, isTradable, isConflict } = choice;
  const where = [
    strategyWhere(strategies),
    ...partitionWhere(names, choice),
    ...timeWhere('predicting_at', choice),
  ];
  if (action !== undefined) where.push(`p.action = ${ACTION_CODE[action]}`);
  if (isTradable !== undefined) where.push(`p.reason ${isTradable ? '=' : '<>'} 0`);
  if (isConflict !== undefined) where.push(`p.is_conflict = ${isConflict ? 1 : 0}`);
  const reasons = REASON_TEXT.map((reason, code) =>
    reason === null ? '' : `WHEN p.reason = ${code} THEN '${reason}'`,
  ).join(' ');
  const columns = [
    ...strategyColumns(strategies),
    ...partitionColumns(names),
    ...['predicting_at', 'close', 'buy_score', 'sell_score'].map((name) => number(name)),
    number('market_score', PREDICTION_SORT.market_score),
    number('max_score'),
    number('confidence_score', PREDICTION_SORT.confidence_score),
    coded('action', 'p.action', actionOf),
    number('is_tradable', '(p.reason = 0)::INTEGER'),
    text(
      'no_trade_reason',
      `CASE ${reasons} WHEN p.reason >= ${FILTER_REASON} THEN 'FILTER:' || f.metric_code END`,
    ),
    number('is_conflict'),
    ...['metric_trend', 'metric_momentum', 'metric_volatility', 'metric_volume'].map((name) => number(name)),
    text('metrics_fired', metricsWhere('((p.fired_mask >> x.position) & 1) = 1')),
    text('metrics_unknown', metricsWhere('((p.known_mask >> x.position) & 1) = 0')),
  ];
  return {
    columns: [PREDICTION_ID, ...columns],
    from: `(SELECT b.*, d.max_score_resolved AS max_score FROM bar_prediction b
      JOIN dim_strategy d ON d.strategy_id = b.strategy_id)`,
    where,
    parameters: {},
    join: `${DIMENSIONS}
      LEFT JOIN (SELECT strategy_id, list({position: position, metric_code: metric_code} ORDER BY position) AS metrics
        FROM dim_metric WHERE is_active = 1 GROUP BY strategy_id) a ON a.strategy_id = p.strategy_id
      LEFT JOIN dim_metric f ON f.strategy_id = p.strategy_id AND f.position = p.reason - ${FILTER_REASON}`,
    order: orderOf(PREDICTION_SORT, choice.sort),
    textKeys: [],
  };
}

const RESULT_SORT: Readonly<Record<string, string>> = {
  predicting_at: 'p.predicting_at',
  confirmed_at: 'p.confirmed_at',
  pnl_pct: 'p.pnl_pct',
};

export interface ResultChoice extends FactChoice {
  readonly strategies: readonly StrategyRecord[];
  readonly action?: 'BUY' | 'SELL' | undefined;
  readonly status?: (typeof STATUS_TEXT)[number] | undefined;
  readonly isStrong?: boolean | undefined;
  readonly sort: string;
}

function results(names: Names, choice: ResultChoice): FactPage {
  const { strategies, action, status, isStrong } = choice;
  const where = [
    strategyWhere(strategies),
    ...partitionWhere(names, choice),
    ...timeWhere('predicting_at', choice),
  ];
  if (action !== undefined) where.push(`p.action = ${ACTION_CODE[action]}`);
  if (status !== undefined) where.push(`p.result_status = ${STATUS_TEXT.indexOf(status)}`);
  if (isStrong !== undefined) where.push(`p.is_strong = ${isStrong ? 1 : 0}`);
  const keyed = new Map<string, BatchColumn>(
    [
      ...strategyColumns(strategies),
      ...partitionColumns(names),
      coded('action', 'p.action', actionOf),
      coded('result_status', 'p.result_status', (code) => STATUS_TEXT[code]!),
    ].map((column) => [column.name, column]),
  );
  return {
    columns: [
      PREDICTION_ID,
      ...LOGICAL_COLUMNS.fact_prediction_result.map((name) => keyed.get(name) ?? number(name)),
    ],
    from: 'fact_prediction_result',
    where,
    parameters: {},
    join: DIMENSIONS,
    order: orderOf(RESULT_SORT, choice.sort),
    textKeys: [],
  };
}

function orderOf(sorts: Readonly<Record<string, string>>, sort: string): string[] {
  return [...new Set([sorts[sort]!, 'p.predicting_at', ...TIE])];
}

function rejects(names: Names, choice: FactChoice, reason: string | undefined): FactPage {
  return {
    columns: [
      ...partitionColumns(names),
      text('source', 'p.source'),
      text('sha256', 'p.sha256'),
      number('line'),
      text('reason', 'p.reason'),
      text('raw', 'p.raw'),
    ],
    from: 'kline_reject',
    where: [
      ...partitionWhere(names, choice),
      ...(reason === undefined ? [] : ['p.reason = $reason::VARCHAR']),
    ],
    parameters: { reason: reason ?? null },
    join: '',
    order: ['p.sha256', 'p.line', 'p.reason'],
    textKeys: [0, 2],
  };
}

/** The facts by the name of their list. */
export const factRows = { klines, indicators, indicatorValues, metricValues, predictions, results, rejects };
