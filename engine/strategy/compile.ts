import {
  CONDITIONS,
  type ConditionParams,
  type Direction,
  deriveMaxScore,
  type MetricRule,
  resolveThresholds,
  type ScoringRules,
  type TradeRules,
  windowBars,
} from '../../kernels/index.js';
import type {
  MetricDocument,
  StrategyDocument,
  StrategyRecord,
  TierDocument,
} from '../../warehouse/index.js';
import { durationOf } from '../interval.js';
import { lookaheadMs } from './lookahead.js';

/** An active metric, ready to be evaluated: thresholds with their defaults, the window in bars. */
export interface CompiledMetric extends ConditionParams {
  readonly position: number;
  readonly direction: Direction;
  /** A code or a kline column. */
  readonly indicator: string;
  readonly reference: string | null;
}

/** A strategy on one interval. `metrics` and `scoring.metrics` are the active ones, in position order, index by index. */
export interface CompiledStrategy {
  /** Whether the strategy is enabled and takes bars of this interval and `symbol` (SPEC 10). */
  applies(symbol: string): boolean;
  readonly scoring: ScoringRules;
  readonly trade: TradeRules;
  readonly metrics: readonly CompiledMetric[];
}

/**
 * Resolves a stored strategy for `interval`: windows and lookaheads in bars, absent thresholds, the derived max_score.
 *
 * @throws Error when the document was not checked by `parseStrategy`
 */
export function compileStrategy(record: StrategyRecord, interval: string): CompiledStrategy {
  const { document, isEnabled } = record;
  const durationMs = durationOf(interval);
  const trade = compileTrade(document, durationMs);
  const { buyWeak, buyStrong, sellWeak, sellStrong } = trade;
  const takesInterval =
    isEnabled &&
    (document.intervals.length === 0 || document.intervals.includes(interval)) &&
    [buyWeak, buyStrong, sellWeak, sellStrong].every((tier) => tier.lookaheadMs >= durationMs);
  const active = document.metrics
    .map((metric, position) => ({ metric, position }))
    .filter(({ metric }) => metric.active);
  return {
    applies: (symbol) =>
      takesInterval && (document.symbols.length === 0 || document.symbols.includes(symbol)),
    scoring: compileScoring(
      document,
      active.map(({ metric, position }) => ({
        position,
        side: metric.side,
        group: metric.group,
        weight: metric.weight,
      })),
    ),
    trade,
    metrics: active.map(({ metric, position }) => compileMetric(document, metric, position, durationMs)),
  };
}

function compileMetric(
  { strategy }: StrategyDocument,
  metric: MetricDocument,
  position: number,
  durationMs: number,
): CompiledMetric {
  const { indicator, reference } = metric;
  const direction = metric.direction as Direction;
  const condition = CONDITIONS.get(direction);
  if (condition === undefined)
    throw new Error(`strategy: '${strategy}' metrics[${position}].direction '${direction}' is not known`);
  const thresholds = resolveThresholds(condition, reference !== null, metric.start, metric.end);
  if ('error' in thresholds)
    throw new Error(`strategy: '${strategy}' metrics[${position}].${thresholds.field}: ${thresholds.error}`);
  const { start, end } = thresholds;
  return {
    position,
    direction,
    indicator,
    reference,
    start,
    end,
    window: windowBars(metric.window, durationMs),
  };
}

function compileScoring({ scoring }: StrategyDocument, metrics: readonly MetricRule[]): ScoringRules {
  return {
    metrics,
    buyThreshold: scoring.buy_threshold,
    sellThreshold: scoring.sell_threshold,
    maxScore: scoring.max_score ?? deriveMaxScore(metrics),
    minEdge: scoring.min_edge,
    buyBand: scoring.confidence.buy,
    sellBand: scoring.confidence.sell,
  };
}

function compileTrade({ scoring, risk }: StrategyDocument, durationMs: number): TradeRules {
  const tier = ({ tp_pct, sl_pct, lookahead }: TierDocument) => ({
    tpPct: tp_pct,
    slPct: sl_pct,
    lookaheadMs: lookaheadMs(lookahead, durationMs),
  });
  return {
    entryAtClose: risk.entry === 'close',
    feeBps: risk.fee_bps,
    slippageBps: risk.slippage_bps,
    strongEdge: scoring.strong_edge,
    buyWeak: tier(risk.buy.weak),
    buyStrong: tier(risk.buy.strong),
    sellWeak: tier(risk.sell.weak),
    sellStrong: tier(risk.sell.strong),
  };
}
