import type { Bars } from './bars.js';
import { getColumns } from './columns.js';
import { getJson, type Params } from './http.js';
import type {
  CheckRow,
  ContributionRow,
  EdgeRuleRow,
  EquityRow,
  Explanation,
  FigureRow,
  GapRow,
  IndicatorTypeRow,
  JobRow,
  MiningRunRow,
  PartitionRow,
  PatternRow,
  PerformanceAnswer,
  RejectRow,
  RollingRow,
  RunRow,
  Signal,
  StatusRow,
  StrategyRow,
  TradeRow,
} from './types.js';

interface Page<Row> {
  readonly data: readonly Row[];
  readonly next_cursor: string | null;
}

/** Filters as the URL has them. */
type Filters = Readonly<Record<string, string | undefined>>;

/** As many rows as a page of JSON may have. */
const PAGE_ROWS = 10_000;
/** What analytics takes of a URL's filters. */
const ANALYTICS = [
  'strategy',
  'symbol',
  'interval',
  'side',
  'from',
  'to',
  'confirmed_only',
  'allocation',
  'by',
];
const FACTS = ['strategy', 'symbol', 'interval', 'from', 'to'];

/** Every row of a list, page by page. */
async function all<Row>(path: string, params: Params, signal: AbortSignal): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<Row> = await getJson(path, { limit: PAGE_ROWS, ...params, cursor }, signal);
    rows.push(...page.data);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

/** The first rows of a list in an order. */
async function first<Row>(path: string, params: Params, signal: AbortSignal): Promise<readonly Row[]> {
  return (await getJson<Page<Row>>(path, params, signal)).data;
}

const of = (filters: Filters, names: readonly string[]): Params =>
  Object.fromEntries(names.map((name) => [name, filters[name]]));

export const getPartitions = (signal: AbortSignal) => all<PartitionRow>('/v1/partitions', {}, signal);
export const getStrategies = (signal: AbortSignal) => all<StrategyRow>('/v1/strategies', {}, signal);
export const getIndicatorTypes = (signal: AbortSignal) =>
  all<IndicatorTypeRow>('/v1/indicator-types', {}, signal);
export const getStatus = (signal: AbortSignal) => all<StatusRow>('/v1/status', {}, signal);
export const getChecks = (signal: AbortSignal) => all<CheckRow>('/v1/checks', {}, signal);
export const getMiningRuns = (signal: AbortSignal) => all<MiningRunRow>('/v1/mining-runs', {}, signal);
export const getJobs = (signal: AbortSignal) => all<JobRow>('/v1/jobs', {}, signal);

export async function getPerformance(filters: Filters, signal: AbortSignal): Promise<FigureRow[]> {
  const rows = await all<PerformanceAnswer>('/v1/performance', of(filters, ANALYTICS), signal);
  return rows.map((row) => ({ ...row, null_reasons: reasonsOf(row.null_reasons) }));
}

/** `NAME=REASON` joined by `;` */
function reasonsOf(text: string): Record<string, string> {
  const pairs = text === '' ? [] : text.split(';').map((pair) => pair.split('=', 2) as [string, string]);
  return Object.fromEntries(pairs);
}

export const getEquity = (filters: Filters, signal: AbortSignal) =>
  all<EquityRow>('/v1/performance/equity', of(filters, ANALYTICS), signal);
export const getRolling = (filters: Filters, signal: AbortSignal) =>
  all<RollingRow>('/v1/performance/rolling', of(filters, ANALYTICS), signal);
export const getContribution = (filters: Filters, signal: AbortSignal) =>
  all<ContributionRow>('/v1/performance/metrics', of(filters, ANALYTICS), signal);

/** Closed trades within the filters of analytics. */
export async function getTrades(filters: Filters, signal: AbortSignal): Promise<TradeRow[]> {
  const found = await getColumns(
    '/v1/results',
    { ...of(filters, FACTS), action: filters.side },
    ['result_status', 'pnl_pct', 'max_return_pct', 'min_return_pct'],
    signal,
  );
  const status = found.texts('result_status');
  const [pnl, best, worst] = ['pnl_pct', 'max_return_pct', 'min_return_pct'].map(found.numbers);
  const trades = status.map((result_status, at) => ({
    result_status,
    pnl_pct: pnl![at]!,
    max_return_pct: best![at]!,
    min_return_pct: worst![at]!,
  }));
  return filters.confirmed_only === '1'
    ? trades.filter(({ result_status }) => result_status !== 'EXPIRED')
    : trades;
}

/** All klines of a partition. */
export async function getBars(symbol: string, interval: string, signal: AbortSignal): Promise<Bars> {
  const fields = ['open_time', 'close_time', 'open', 'high', 'low', 'close', 'volume'];
  const { numbers } = await getColumns('/v1/klines', { symbol, interval }, fields, signal);
  return {
    openTime: numbers('open_time'),
    closeTime: numbers('close_time'),
    open: numbers('open'),
    high: numbers('high'),
    low: numbers('low'),
    close: numbers('close'),
    volume: numbers('volume'),
  };
}

/** Indicators by code, and the close times that they stand at. */
export async function getIndicators(
  symbol: string,
  interval: string,
  codes: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly closeTime: Float64Array; readonly columns: ReadonlyMap<string, Float64Array> }> {
  const fields = ['close_time', ...codes];
  const found = await getColumns(
    '/v1/indicators',
    { symbol, interval, codes: codes.join(',') },
    fields,
    signal,
  );
  return {
    closeTime: found.numbers('close_time'),
    columns: new Map(codes.map((code) => [code, found.numbers(code)])),
  };
}

/** Tradable predictions of a strategy on a partition with what became of them, in time order. */
export async function getSignals(filters: Filters, signal: AbortSignal): Promise<Signal[]> {
  const own = { ...of(filters, FACTS), action: filters.side };
  const [predictions, results] = await Promise.all([
    getColumns(
      '/v1/predictions',
      { ...own, is_tradable: 1 },
      ['prediction_id', 'predicting_at', 'action'],
      signal,
    ),
    getColumns('/v1/results', own, ['prediction_id', 'result_status', 'confirmed_at', 'pnl_pct'], signal),
  ]);
  const status = results.texts('result_status');
  const confirmedAt = results.numbers('confirmed_at');
  const pnl = results.numbers('pnl_pct');
  const rowOf = new Map(results.texts('prediction_id').map((id, row) => [id, row]));
  const ids = predictions.texts('prediction_id');
  const actions = predictions.texts('action');
  return [...predictions.numbers('predicting_at')].map((predicting_at, at): Signal => {
    const row = rowOf.get(ids[at]!);
    return {
      prediction_id: ids[at]!,
      predicting_at,
      action: actions[at] as Signal['action'],
      result_status: row === undefined ? null : (status[row] as Signal['result_status']),
      confirmed_at: row === undefined ? null : confirmedAt[row]!,
      pnl_pct: row === undefined ? null : pnl[row]!,
    };
  });
}

export const getExplanation = (predictionId: string, signal: AbortSignal) =>
  getJson<Explanation>(`/v1/predictions/${encodeURIComponent(predictionId)}/explain`, {}, signal);

export const getPatterns = (runId: number, signal: AbortSignal) =>
  first<PatternRow>(`/v1/mining-runs/${runId}/patterns`, { limit: 200 }, signal);
export const getEdgeRules = (runId: number, signal: AbortSignal) =>
  first<EdgeRuleRow>(`/v1/mining-runs/${runId}/edge-rules`, { limit: 200 }, signal);
/** One mining run, with how many rules it found. */
export const getMiningRun = (runId: number, signal: AbortSignal) =>
  getJson<MiningRunRow & Readonly<Record<'itemsets' | 'rules' | 'edge_rules' | 'edges', number>>>(
    `/v1/mining-runs/${runId}`,
    {},
    signal,
  );

export const getGaps = (filters: Filters, signal: AbortSignal) =>
  first<GapRow>('/v1/gaps', { ...of(filters, ['symbol', 'interval']), sort: '-missing', limit: 200 }, signal);
export const getRejects = (filters: Filters, signal: AbortSignal) =>
  first<RejectRow>('/v1/rejects', { ...of(filters, ['symbol', 'interval']), limit: 200 }, signal);
export const getRuns = (signal: AbortSignal) =>
  first<RunRow>('/v1/runs', { sort: '-run_id', limit: 50 }, signal);
