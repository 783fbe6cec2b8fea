import { CODES, REASON, RESULT_STATUS } from '../kernels/index.js';
import { type ColumnArray, PREDICTION_COLUMNS } from '../warehouse/index.js';
import { checkResults, type ResultsByRun, twinTrades } from './confirm-twin.js';
import { checkCode, twinInput } from './indicator-twin.js';
import type { Klines } from './klines.js';
import { type StrategyInput, type StrategyRun, strategyInput } from './strategy-input.js';
import { checkPredictions, strategyTwins } from './strategy-twin.js';

/** Bars at the beginning of a partition whose facts are compared: several blocks, and a second or two of the naive twins. */
export const TWIN_BARS = 4_000;

/** Rows of a fact in time order, by column as the warehouse names them. */
export interface FactTable {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ColumnArray>;
}

/** What was made of the first bars of a partition, strategies in the order of `benchStrategies`. */
export interface ChainFacts {
  readonly indicators: FactTable;
  readonly strategies: readonly { readonly predictions: FactTable; readonly results: FactTable }[];
}

/**
 * Compares every fact of some bars with the naive twins of test/reference: whoever made it, and wherever it was stored.
 *
 * @param klines from the partition's first bar on, of its finest interval: bars of a finer one would decide contested exits
 * @throws Error that names the first difference
 */
export function checkChain(klines: Klines, { indicators, strategies }: ChainFacts): string {
  const bars = twinInput(klines);
  if (indicators.rows !== klines.rows)
    throw new Error(`bench: ${indicators.rows} rows of indicators for ${klines.rows} bars`);
  for (const code of CODES) checkCode(code, indicators.columns.get(code) as Float64Array, bars);
  const input = strategyInput(klines);
  for (const [i, run] of input.runs.entries()) place(input, run, strategies[i]!.predictions);
  const predictions = checkPredictions(input, strategyTwins(input));
  const end = input.bars.closeTime[input.rows - 1]!;
  // Trades whose whole window lies within these bars: of the others the maker may have seen more.
  const trades = twinTrades(input).filter(({ trade }) => trade.predictingAt + trade.tier.lookaheadMs <= end);
  const made: ResultsByRun = new Map(
    input.runs.map((run, i) => [run, resultsUntil(strategies[i]!.results, end)]),
  );
  return `${CODES.length} codes within SPEC 3's tolerance; ${predictions}; ${checkResults(made, trades)}`;
}

const TARGETS = {
  buy_score: 'buyScore',
  sell_score: 'sellScore',
  action: 'action',
  reason: 'reason',
  is_conflict: 'isConflict',
  metric_trend: 'metricTrend',
  metric_momentum: 'metricMomentum',
  metric_volatility: 'metricVolatility',
  metric_volume: 'metricVolume',
} as const;

/** Puts predictions where scoring would have written them; a bar without one has no metric that is known (SPEC 5). */
function place({ bars, rows }: StrategyInput, { name, scores }: StrategyRun, table: FactTable): void {
  const rowAt = new Map(Array.from(bars.closeTime, (time, t) => [time, t]));
  scores.reason.fill(REASON.INCOMPLETE);
  const column = Object.fromEntries(
    PREDICTION_COLUMNS.map((spec) => [spec.name, table.columns.get(spec.name)!]),
  );
  const masks = [
    [column.known_mask, scores.knownMask],
    [column.fired_mask, scores.firedMask],
  ] as const;
  if (table.rows > rows) throw new Error(`bench: ${name}: ${table.rows} predictions of ${rows} bars`);
  for (let i = 0; i < table.rows; i++) {
    const t = rowAt.get(Number(column.predicting_at![i]));
    if (t === undefined || !Object.is(column.close![i], bars.close[t]))
      throw new Error(`bench: ${name}: prediction ${i} is of no bar, or not of its close`);
    for (const [mask, words] of masks) {
      words[2 * t] = Number(BigInt.asUintN(32, mask![i] as bigint));
      words[2 * t + 1] = Number(BigInt.asUintN(32, (mask![i] as bigint) >> 32n));
    }
    for (const [from, to] of Object.entries(TARGETS)) scores[to][t] = Number(column[from]![i]);
  }
}

/** Results of trades whose window ends at `end` or before, by `predictingAt`, as the twin names and types what they hold. */
function resultsUntil({ rows, columns }: FactTable, end: number) {
  const found = new Map<number, Record<keyof ReturnType<typeof resultAt>, unknown>>();
  for (let i = 0; i < rows; i++) {
    const at = (name: string): number => Number(columns.get(name)![i]);
    if (at('predicting_at') + at('lookahead_ms') <= end) found.set(at('predicting_at'), resultAt(at));
  }
  return found;
}

function resultAt(at: (name: string) => number) {
  return {
    status: RESULT_STATUS[at('result_status')],
    entryPrice: at('entry_price'),
    tpPrice: at('tp_price'),
    slPrice: at('sl_price'),
    exitPrice: at('exit_price'),
    confirmedAt: at('confirmed_at'),
    grossPct: at('gross_pct'),
    pnlPct: at('pnl_pct'),
    maxReturnPct: at('max_return_pct'),
    minReturnPct: at('min_return_pct'),
    isContested: at('is_contested') === 1,
    isAmbiguous: at('is_ambiguous') === 1,
    hasGap: at('has_gap') === 1,
  };
}
