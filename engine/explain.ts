import { ACTION, CONDITIONS, FALSE, TRUE, UNKNOWN } from '../kernels/index.js';
import {
  KLINE_COLUMNS,
  type PartitionKey,
  readBarTasks,
  reasonText,
  resolveMaxScore,
  type StrategyRecord,
  values,
  type Warehouse,
} from '../warehouse/index.js';
import { UserError } from './errors.js';
import { type BarHistory, readBarHistory } from './explain/bar-history.js';
import { explainTrade } from './explain/explained-trade.js';
import type { ExplainedFlip, ExplainedMetric, ExplainedScore, Explanation } from './explain/explanation.js';
import { closenessOf, levelOf } from './explain/metric-level.js';
import { safeguardsOf } from './explain/safeguards.js';
import { singleFlip } from './explain/single-flip.js';
import { type CompiledStrategy, compileStrategy } from './strategy/compile.js';

/** Bars over which distances are scaled, this one included. */
const SCALE_BARS = 200;

/** A row of bar_prediction. */
interface StoredPrediction {
  readonly knownMask: bigint;
  readonly firedMask: bigint;
  readonly close: number;
  readonly buyScore: number;
  readonly sellScore: number;
  readonly action: 'BUY' | 'SELL' | 'SIDEWAY';
  readonly reason: number;
}

/**
 * Everything behind the prediction of one bar: its inputs, its metrics, both scores term by term, every safeguard, the
 * trade bar by bar, and where it all comes from. Reads the bar and the rows that it looks at, nothing else.
 *
 * @param predictingAt close_time of the bar
 * @throws UserError when there is no such prediction
 */
export async function explain(
  warehouse: Warehouse,
  record: StrategyRecord,
  key: PartitionKey,
  predictingAt: number,
): Promise<Explanation> {
  const { symbol, interval } = key;
  const { document, version, strategyId, contentHash } = record;
  const id = `${document.strategy}@${version}:${symbol}:${interval}:${predictingAt}`;
  const stored = await storedPrediction(warehouse, strategyId, key, predictingAt);
  if (stored === null)
    throw new UserError(
      `explain: there is no prediction ${id}; a bar has one when the strategy takes its symbol and interval and at least one metric is known`,
    );
  const compiled = compileStrategy(record, interval);
  const codes = codesOf(compiled);
  const history = await readBarHistory(warehouse, key, predictingAt, rowsBefore(compiled), codes);
  const metrics = compiled.metrics.map((_, i) => explainMetric(record, compiled, i, history, stored));
  const buy = scoreOf(metrics, 'BUY', stored.buyScore, document.scoring.buy_threshold);
  const sell = scoreOf(metrics, 'SELL', stored.sellScore, document.scoring.sell_threshold);
  const market = Math.abs(stored.buyScore - stored.sellScore);
  const maxScore = resolveMaxScore(document);
  const confidence = Math.max(stored.buyScore, stored.sellScore) / maxScore;
  const { action } = stored;
  const isTradable = stored.reason === 0;
  const block = (await warehouse.lineage(key)).find(({ closeTime }) => closeTime >= predictingAt);
  return {
    prediction_id: id,
    strategy: document.strategy,
    version,
    symbol,
    interval,
    predicting_at: predictingAt,
    kline: Object.fromEntries(
      KLINE_COLUMNS.map(({ name }) => [name, known(history.klines.column(name)[history.t]!)]),
    ),
    indicators: codes.map((indicator) => ({
      indicator,
      value: known(history.column(indicator)[history.t]!),
    })),
    metrics,
    buy,
    sell,
    market_score: market,
    max_score: maxScore,
    confidence_score: confidence,
    action,
    is_tradable: isTradable,
    no_trade_reason: reasonText(document, stored.reason),
    safeguards: safeguardsOf({ rules: compiled.scoring, metrics, buy, sell, action, market, confidence }),
    flip: isTradable ? null : flipOf(compiled, metrics, history),
    trade:
      isTradable && action !== 'SIDEWAY'
        ? await explainTrade(
            warehouse,
            { ...key, strategyId, predictingAt, action, marketScore: market, close: stored.close },
            compiled.trade,
          )
        : null,
    lineage: {
      content_hash: contentHash,
      block_hash: block?.klineHash ?? null,
      tasks: await readBarTasks(warehouse, key, strategyId, predictingAt),
    },
  };
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

async function storedPrediction(
  warehouse: Warehouse,
  strategyId: number,
  key: PartitionKey,
  at: number,
): Promise<StoredPrediction | null> {
  for await (const batch of warehouse.scanPredictions(strategyId, key, { from: at, to: at + 1 })) {
    const value = (name: string): number => Number(values(batch, name)[0]);
    const mask = (name: string): bigint => values(batch, name)[0] as bigint;
    const action = value('action');
    return {
      knownMask: mask('known_mask'),
      firedMask: mask('fired_mask'),
      close: value('close'),
      buyScore: value('buy_score'),
      sellScore: value('sell_score'),
      action: action === ACTION.BUY ? 'BUY' : action === ACTION.SELL ? 'SELL' : 'SIDEWAY',
      reason: value('reason'),
    };
  }
  return null;
}

function codesOf({ metrics }: CompiledStrategy): string[] {
  const codes = metrics.flatMap(({ direction, indicator, reference }) => [
    indicator,
    ...(reference === null ? [] : [reference]),
    ...(CONDITIONS.get(direction)!.subject === 'from_close' ? ['CLOSE'] : []),
  ]);
  return [...new Set(codes)];
}

function rowsBefore({ metrics }: CompiledStrategy): number {
  return metrics.reduce(
    (rows, { direction, window }) => Math.max(rows, CONDITIONS.get(direction)!.span(window)),
    SCALE_BARS - 1,
  );
}

function explainMetric(
  { document }: StrategyRecord,
  { metrics }: CompiledStrategy,
  index: number,
  history: BarHistory,
  { knownMask, firedMask }: StoredPrediction,
): ExplainedMetric {
  const compiled = metrics[index]!;
  const { position, direction, indicator, reference, window } = compiled;
  const metric = document.metrics[position]!;
  const bit = 1n << BigInt(position);
  const y = history.values(compiled);
  const value = y[history.t]!;
  const level = levelOf(compiled, y, history.t);
  const subject = CONDITIONS.get(direction)!.subject === 'from_close' ? `CLOSE - ${indicator}` : indicator;
  return {
    position,
    metric: metric.code,
    name: metric.name,
    side: metric.side,
    metric_group: metric.group,
    weight: metric.weight,
    rule: `${reference === null ? subject : `${indicator} - ${reference}`} ${direction}${boundsOf(compiled)}${metric.window === null ? '' : `, window ${window}`}`,
    value: known(value),
    threshold: known(level),
    distance: known(value - level),
    metric_value: (knownMask & bit) === 0n ? null : (firedMask & bit) === 0n ? 0 : 1,
  };
}

/** The ends of a band, of which `threshold` is only the nearer one. */
function boundsOf({ direction, start, end }: CompiledStrategy['metrics'][number]): string {
  return direction === 'BETWEEN' || direction === 'OUTSIDE' ? ` ${start} to ${end}` : '';
}

function scoreOf(
  metrics: readonly ExplainedMetric[],
  side: 'BUY' | 'SELL',
  stored: number,
  threshold: number,
): ExplainedScore {
  const terms = metrics
    .filter((metric) => metric.side === side && metric.metric_value === 1)
    .map(({ metric, weight }) => ({ metric, weight }));
  return { terms, sum: terms.reduce((sum, { weight }) => sum + weight, 0), stored, threshold };
}

function flipOf(
  { metrics: compiled, scoring }: CompiledStrategy,
  metrics: readonly ExplainedMetric[],
  history: BarHistory,
): ExplainedFlip | null {
  const truth = metrics.map(({ metric_value }) =>
    metric_value === null ? UNKNOWN : metric_value === 1 ? TRUE : FALSE,
  );
  const closeness = compiled.map((metric) => {
    const y = history.values(metric);
    return closenessOf(y, history.t, levelOf(metric, y, history.t));
  });
  const flip = singleFlip(scoring, truth, closeness);
  if (flip === null) return null;
  const from = metrics[flip.index]!.metric_value as 0 | 1;
  return {
    metric: metrics[flip.index]!.metric,
    from,
    to: from === 1 ? 0 : 1,
    closeness: Number.isFinite(flip.closeness) ? flip.closeness : null,
    action: flip.action,
  };
}
