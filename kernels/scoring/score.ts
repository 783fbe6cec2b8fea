import {
  ACTION,
  type MetricRule,
  type PredictionColumns,
  REASON,
  SCORE_TOLERANCE,
  type ScoringRules,
} from './rules.js';

/** Rises when any column of a prediction may change. */
export const SCORING_VERSION = 1;

/** Rows scored at a time, so that the columns which every metric adds to stay in the first-level cache. */
const BLOCK_ROWS = 512;

/** `max_score` of a strategy that names none: the larger of the sums of its active BUY and SELL weights (SPEC 5). */
export function deriveMaxScore(metrics: readonly MetricRule[]): number {
  let buy = 0;
  let sell = 0;
  for (const metric of metrics) {
    if (metric.side === 'BUY') buy += metric.weight;
    else if (metric.side === 'SELL') sell += metric.weight;
  }
  return Math.max(buy, sell);
}

/**
 * Scores rows `[start, end)` by SPEC 5: writes every column of `out`. A row whose known mask is 0 is no prediction.
 *
 * @param truth one column a metric of `rules.metrics`: TRUE, FALSE or UNKNOWN, row-aligned with `out`
 */
export function scoreBars(
  rules: ScoringRules,
  truth: readonly Uint8Array[],
  out: PredictionColumns,
  start: number,
  end: number,
): void {
  const filters = maskOf(rules.metrics.filter((metric) => metric.side === 'FILTER'));
  const active = maskOf(rules.metrics);
  for (let from = start; from < end; from += BLOCK_ROWS) {
    const to = Math.min(end, from + BLOCK_ROWS);
    clear(out, from, to);
    // Metric by metric: each row's sums are still taken in position order.
    for (let i = 0; i < rules.metrics.length; i++) addMetric(rules.metrics[i]!, truth[i]!, out, from, to);
    decide(rules, active, filters, out, from, to);
  }
}

type Mask = readonly [low: number, high: number];

function maskOf(metrics: readonly MetricRule[]): Mask {
  const words: [number, number] = [0, 0];
  for (const { position } of metrics) words[position >> 5]! |= 1 << (position & 31);
  return [words[0] >>> 0, words[1] >>> 0];
}

function clear(out: PredictionColumns, from: number, to: number): void {
  out.knownMask.fill(0, 2 * from, 2 * to);
  out.firedMask.fill(0, 2 * from, 2 * to);
  out.buyScore.fill(0, from, to);
  out.sellScore.fill(0, from, to);
  out.metricTrend.fill(0, from, to);
  out.metricMomentum.fill(0, from, to);
  out.metricVolatility.fill(0, from, to);
  out.metricVolume.fill(0, from, to);
}

function groupColumn(metric: MetricRule, out: PredictionColumns): Float64Array {
  switch (metric.group) {
    case 'TREND':
      return out.metricTrend;
    case 'MOMENTUM':
      return out.metricMomentum;
    case 'VOLATILITY':
      return out.metricVolatility;
    case 'VOLUME':
      return out.metricVolume;
  }
}

function addMetric(
  metric: MetricRule,
  truth: Uint8Array,
  out: PredictionColumns,
  from: number,
  to: number,
): void {
  const { knownMask, firedMask } = out;
  const word = metric.position >> 5;
  const bit = metric.position & 31;
  for (let t = from; t < to; t++) {
    const value = truth[t]!;
    // FALSE 0, TRUE 1, UNKNOWN 2: bit 0 says fired, bit 1 unknown; no branch on what the market did.
    knownMask[2 * t + word]! |= ((value >> 1) ^ 1) << bit;
    firedMask[2 * t + word]! |= (value & 1) << bit;
  }
  if (metric.side === 'FILTER') return;
  const score = metric.side === 'BUY' ? out.buyScore : out.sellScore;
  const group = groupColumn(metric, out);
  const weight = metric.weight;
  const signed = metric.side === 'BUY' ? weight : -weight;
  for (let t = from; t < to; t++) {
    // 1 or 0 times the weight is exact, and adding zero changes no sum.
    const fired = truth[t]! & 1;
    score[t]! += fired * weight;
    group[t]! += fired * signed;
  }
}

function decide(
  rules: ScoringRules,
  active: Mask,
  filters: Mask,
  out: PredictionColumns,
  from: number,
  to: number,
): void {
  const { knownMask, firedMask, buyScore, sellScore } = out;
  const buyFrom = rules.buyThreshold - SCORE_TOLERANCE;
  const sellFrom = rules.sellThreshold - SCORE_TOLERANCE;
  for (let t = from; t < to; t++) {
    const buy = buyScore[t]!;
    const sell = sellScore[t]!;
    const buyReached = buy >= buyFrom;
    const sellReached = sell >= sellFrom;
    let action: number = ACTION.SIDEWAY;
    if (buyReached && buy > sell + SCORE_TOLERANCE) action = ACTION.BUY;
    else if (sellReached && sell > buy + SCORE_TOLERANCE) action = ACTION.SELL;
    const isConflict = buyReached && sellReached;
    out.action[t] = action;
    out.isConflict[t] = isConflict ? 1 : 0;

    let reason: number = REASON.NONE;
    if (knownMask[2 * t] !== active[0] || knownMask[2 * t + 1] !== active[1]) reason = REASON.INCOMPLETE;
    else if (isConflict) reason = REASON.CONFLICT;
    else if (action === ACTION.SIDEWAY) reason = REASON.NO_SIGNAL;
    else {
      const low = firedMask[2 * t]! & filters[0];
      const high = firedMask[2 * t + 1]! & filters[1];
      if ((low | high) !== 0) reason = REASON.FILTER + (low !== 0 ? lowestBit(low) : 32 + lowestBit(high));
      else reason = weakness(rules, action, buy, sell);
    }
    out.reason[t] = reason;
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** The safeguards on edge and confidence, in their order. */
function weakness(rules: ScoringRules, action: number, buy: number, sell: number): number {
  if (Math.abs(buy - sell) < rules.minEdge - SCORE_TOLERANCE) return REASON.WEAK_EDGE;
  const band = action === ACTION.BUY ? rules.buyBand : rules.sellBand;
  if (band === null) return REASON.NONE;
  const confidence = Math.max(buy, sell) / rules.maxScore;
  if (confidence < band[0] - SCORE_TOLERANCE) return REASON.LOW_CONFIDENCE;
  if (confidence > band[1] + SCORE_TOLERANCE) return REASON.OVER_CONFIDENCE;
  return REASON.NONE;
}
