import type { ColumnArray } from '../columns.js';
import { type KnownRows, knownBits, knownNumbers } from '../known-rows.js';
import { type LogicalValues, TextTable } from '../logical.js';
import { resolveMaxScore } from '../max-score.js';
import { codeColumn } from '../schema/bar-indicator.js';
import { FILTER_REASON, KLINE_COLUMNS, REASON_TEXT, RESULT_COLUMNS, STATUS_TEXT } from '../schema/batches.js';
import { LOGICAL_COLUMNS } from '../schema/logical-columns.js';
import type { StrategyDocument } from '../strategy.js';
import type { FactTable, PartitionKey } from '../warehouse.js';
import type { Directory } from './directory.js';
import { indicatorSource, klineSource, predictionSource, resultSource } from './facts.js';
import type { ScanColumn, Source } from './source.js';
import { quote } from './sql.js';
import type { Store } from './store.js';
import { strategies } from './strategies.js';

/** A column as people read it, and how it is made of stored ones. */
export interface LogicalColumn {
  readonly name: string;
  readonly inputs: readonly ScanColumn[];
  compute(inputs: readonly ColumnArray[]): LogicalValues;
}

/** One series of SPEC 9: rows of a partition, for the wide facts those of one code. Its time column is the first. */
export interface Series {
  readonly code: string;
  readonly source: Source;
  readonly columns: readonly LogicalColumn[];
}

/** A series that shares its stored rows with the others of its partition. */
export interface WideSeries {
  readonly code: string;
  readonly inputs: readonly ScanColumn[];
  /** The rows whose value is known. */
  pick(times: Float64Array, inputs: readonly ColumnArray[]): KnownRows;
}

/** The series of one partition of a fact, sorted by code. */
export interface FactPartition extends PartitionKey {
  readonly table: FactTable;
  readonly strategy: string | null;
  readonly version: number | null;
  readonly series: readonly Series[];
  /** For fact_indicator and fact_metric_value: how to read the series side by side. */
  readonly wide: { readonly source: Source; readonly series: readonly WideSeries[] } | null;
}

export interface FactFilter {
  readonly symbol?: string;
  readonly interval?: string;
  /** Leaves only the facts of this strategy: market facts have none. */
  readonly strategy?: string;
}

/** Partitions of a fact that have stored rows, in the order of strategy, version, symbol, interval (as text). */
export async function factPartitions(
  store: Store,
  directory: Directory,
  table: FactTable,
  filter: FactFilter = {},
): Promise<FactPartition[]> {
  const isMarket = table === 'fact_kline' || table === 'fact_indicator';
  const found = isMarket
    ? await marketPartitions(store, directory, table)
    : await strategyPartitions(store, directory, table);
  return found.filter(
    (partition) =>
      (filter.symbol ?? partition.symbol) === partition.symbol &&
      (filter.interval ?? partition.interval) === partition.interval &&
      (filter.strategy ?? partition.strategy) === partition.strategy,
  );
}

async function marketPartitions(
  store: Store,
  directory: Directory,
  table: 'fact_kline' | 'fact_indicator',
): Promise<FactPartition[]> {
  const physical = table === 'fact_kline' ? 'fact_kline' : 'bar_indicator';
  const keys =
    await store.rows<PartitionKey>(`SELECT s.symbol, i."interval" FROM (SELECT DISTINCT symbol_id, interval_id FROM ${physical}) t
     JOIN dim_symbol s ON s.symbol_id = t.symbol_id JOIN dim_interval i ON i.interval_id = t.interval_id
     ORDER BY s.symbol, i."interval"`);
  const codes = directory.codes.toSorted();
  return keys.map((key) => {
    const partition = { table, strategy: null, version: null, ...key };
    if (table === 'fact_kline') {
      const series = [{ code: '', source: klineSource(directory, key), columns: KLINE }];
      return { ...partition, series, wide: null };
    }
    const source = indicatorSource(directory, key);
    return {
      ...partition,
      series: codes.map((code) => indicatorSeries(source, code)),
      wide: { source, series: codes.map(wideIndicator) },
    };
  });
}

async function strategyPartitions(
  store: Store,
  directory: Directory,
  table: FactTable,
): Promise<FactPartition[]> {
  const physical = table === 'fact_prediction_result' ? table : 'bar_prediction';
  const keys = await store.rows<
    PartitionKey & { id: number }
  >(`SELECT t.strategy_id AS id, s.symbol, i."interval"
     FROM (SELECT DISTINCT strategy_id, symbol_id, interval_id FROM ${physical}) t
     JOIN dim_strategy st ON st.strategy_id = t.strategy_id
     JOIN dim_symbol s ON s.symbol_id = t.symbol_id JOIN dim_interval i ON i.interval_id = t.interval_id
     ORDER BY st.strategy, st.version, s.symbol, i."interval"`);
  const records = new Map((await strategies(store)).map((record) => [record.strategyId, record]));
  return keys.map(({ id, symbol, interval }) => {
    const { document, version } = records.get(id)!;
    const key = { symbol, interval };
    const partition = { table, strategy: document.strategy, version, ...key };
    if (table === 'fact_prediction_result') {
      const series = [{ code: '', source: resultSource(directory, id, key), columns: RESULT }];
      return { ...partition, series, wide: null };
    }
    const source = predictionSource(directory, id, key);
    if (table === 'fact_prediction') {
      const series = [{ code: '', source, columns: predictionColumns(document) }];
      return { ...partition, series, wide: null };
    }
    const metrics = activeMetrics(document).toSorted((a, b) => (a.code < b.code ? -1 : 1));
    return {
      ...partition,
      series: metrics.map(({ code, position }) => metricSeries(source, code, position)),
      wide: { source, series: metrics.map(({ code, position }) => wideMetric(code, position)) },
    };
  });
}

function metricSeries(source: Source, code: string, position: number): Series {
  return {
    code,
    source: { ...source, where: `${source.where} AND ((known_mask >> ${position}) & 1) = 1` },
    columns: [
      whole('calculating_at', 'predicting_at'),
      whole('metric_value', `(fired_mask >> ${position}) & 1`),
    ],
  };
}

const MASKS = [
  { name: 'known_mask', kind: 'mask' },
  { name: 'fired_mask', kind: 'mask' },
] as const;

function wideMetric(code: string, position: number): WideSeries {
  const pick = (times: Float64Array, [known, fired]: readonly ColumnArray[]) =>
    knownBits(times, known as BigInt64Array, fired as BigInt64Array, position);
  return { code, inputs: MASKS, pick };
}

function indicatorSeries(source: Source, code: string): Series {
  const value = quote(codeColumn(code));
  return {
    code,
    source: { ...source, where: `${source.where} AND ${value} IS NOT NULL` },
    columns: [whole('timestamp', 'close_time'), number('value', value)],
  };
}

function wideIndicator(code: string): WideSeries {
  const inputs = [{ name: codeColumn(code), kind: 'number' }] as const;
  return { code, inputs, pick: (times, [values]) => knownNumbers(times, values as Float64Array) };
}

/** A stored or computed DOUBLE. */
function number(name: string, expression = quote(name)): LogicalColumn {
  const inputs = [{ name, kind: 'number', expression }] as const;
  return { name, inputs, compute: ([values]) => values as Float64Array };
}

/** A stored or computed whole number that is never NULL, as a double. */
function whole(name: string, expression = quote(name)): LogicalColumn {
  const inputs = [{ name, kind: 'time', expression }] as const;
  return { name, inputs, compute: ([values]) => values as Float64Array };
}

const SCORES = [
  { name: 'buy_score', kind: 'number' },
  { name: 'sell_score', kind: 'number' },
] as const;

/** A DOUBLE that follows from the scores. */
function ofScores(name: string, of: (buy: number, sell: number) => number): LogicalColumn {
  const compute = ([buy, sell]: readonly ColumnArray[]) =>
    (buy as Float64Array).map((score, i) => of(score, (sell as Float64Array)[i]!));
  return { name, inputs: SCORES, compute };
}

/** A text for each value of a small integer. */
function coded(
  name: string,
  kind: 'tiny' | 'small',
  column: string,
  textOf: (code: number) => string | null,
): LogicalColumn {
  const table = new TextTable<number>(textOf);
  const inputs = [{ name, kind, expression: quote(column) }];
  return { name, inputs, compute: ([codes]) => table.texts(codes as Int16Array) };
}

/** A text for each value of a mask. */
function masked(name: string, column: string, textOf: (mask: bigint) => string): LogicalColumn {
  const table = new TextTable<bigint>(textOf);
  const inputs = [{ name, kind: 'mask', expression: quote(column) }] as const;
  return { name, inputs, compute: ([masks]) => table.texts(masks as BigInt64Array) };
}

const KLINE: readonly LogicalColumn[] = [
  whole('close_time'),
  ...KLINE_COLUMNS.filter(({ name }) => name !== 'close_time').map(({ name, kind }) =>
    kind === 'time' ? whole(name) : number(name),
  ),
];

const actionOf = (code: number): string => (code === 1 ? 'BUY' : code === -1 ? 'SELL' : 'SIDEWAY');

const RESULT: readonly LogicalColumn[] = inOrder('fact_prediction_result', [
  ...RESULT_COLUMNS.filter(({ kind }) => kind !== 'tiny').map(({ name, kind }) =>
    kind === 'number' ? number(name) : whole(name),
  ),
  coded('action', 'tiny', 'action', actionOf),
  coded('result_status', 'tiny', 'result_status', (code) => STATUS_TEXT[code]!),
]);

function predictionColumns(document: StrategyDocument): readonly LogicalColumn[] {
  const active = activeMetrics(document).map(({ code, position }) => ({ code, bit: 1n << BigInt(position) }));
  const join = (metrics: readonly { readonly code: string }[]): string =>
    metrics.map(({ code }) => code).join(';');
  const maxScore = resolveMaxScore(document);
  return inOrder('fact_prediction', [
    whole('predicting_at'),
    ...['close', 'buy_score', 'sell_score'].map((name) => number(name)),
    ofScores('market_score', (buy, sell) => Math.abs(buy - sell)),
    ofScores('max_score', () => maxScore),
    ofScores('confidence_score', (buy, sell) => Math.max(buy, sell) / maxScore),
    coded('action', 'tiny', 'action', actionOf),
    whole('is_tradable', 'CASE WHEN reason = 0 THEN 1 ELSE 0 END'),
    coded('no_trade_reason', 'small', 'reason', (code) =>
      code >= FILTER_REASON ? `FILTER:${document.metrics[code - FILTER_REASON]!.code}` : REASON_TEXT[code]!,
    ),
    whole('is_conflict'),
    ...['metric_trend', 'metric_momentum', 'metric_volatility', 'metric_volume'].map((name) => number(name)),
    masked('metrics_fired', 'fired_mask', (mask) => join(active.filter(({ bit }) => (mask & bit) !== 0n))),
    masked('metrics_unknown', 'known_mask', (mask) => join(active.filter(({ bit }) => (mask & bit) === 0n))),
  ]);
}

function activeMetrics(document: StrategyDocument): { code: string; position: number }[] {
  return document.metrics
    .map(({ code, active }, position) => ({ code, active, position }))
    .filter((metric) => metric.active);
}

/** The columns of SPEC 11 in its order, those of the key but time left out. */
function inOrder(table: FactTable, columns: readonly LogicalColumn[]): readonly LogicalColumn[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return LOGICAL_COLUMNS[table].filter((name) => byName.has(name)).map((name) => byName.get(name)!);
}
