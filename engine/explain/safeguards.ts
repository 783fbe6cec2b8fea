import { SCORE_TOLERANCE, type ScoringRules } from '../../kernels/index.js';
import type { ExplainedMetric, ExplainedSafeguard, ExplainedScore } from './explanation.js';

/** What the safeguards of SPEC 5 look at. */
export interface SafeguardInput {
  readonly rules: ScoringRules;
  readonly metrics: readonly ExplainedMetric[];
  readonly buy: ExplainedScore;
  readonly sell: ExplainedScore;
  readonly action: 'BUY' | 'SELL' | 'SIDEWAY';
  readonly market: number;
  readonly confidence: number;
}

/** Every safeguard with its numbers, in the order of SPEC 5. */
export function safeguardsOf(input: SafeguardInput): ExplainedSafeguard[] {
  const { rules, metrics, buy, sell, action, market, confidence } = input;
  const unknown = metrics.filter(({ metric_value }) => metric_value === null).map(({ metric }) => metric);
  const filter = metrics.find(({ side, metric_value }) => side === 'FILTER' && metric_value === 1);
  const reaches = (score: number, threshold: number): boolean => score >= threshold - SCORE_TOLERANCE;
  const buyReaches = reaches(buy.stored, rules.buyThreshold);
  const sellReaches = reaches(sell.stored, rules.sellThreshold);
  const band = action === 'BUY' ? rules.buyBand : action === 'SELL' ? rules.sellBand : null;
  const bandText = band === null ? 'no band' : `band ${band[0]} to ${band[1]}`;
  const scores = `buy ${plain(buy.stored)} of ${rules.buyThreshold}, sell ${plain(sell.stored)} of ${rules.sellThreshold}`;
  return [
    {
      reason: 'INCOMPLETE',
      holds: unknown.length > 0,
      detail: unknown.length === 0 ? 'every metric is known' : `unknown: ${unknown.join(', ')}`,
    },
    { reason: 'CONFLICT', holds: buyReaches && sellReaches, detail: scores },
    { reason: 'NO_SIGNAL', holds: action === 'SIDEWAY', detail: `${action}: ${scores}` },
    {
      reason: filter === undefined ? 'FILTER' : `FILTER:${filter.metric}`,
      holds: filter !== undefined,
      detail: filter === undefined ? 'no filter is 1' : `${filter.metric} is 1`,
    },
    {
      reason: 'WEAK_EDGE',
      holds: market < rules.minEdge - SCORE_TOLERANCE,
      detail: `edge ${plain(market)} of ${rules.minEdge}`,
    },
    {
      reason: 'LOW_CONFIDENCE',
      holds: band !== null && confidence < band[0] - SCORE_TOLERANCE,
      detail: `confidence ${plain(confidence)}, ${bandText}`,
    },
    {
      reason: 'OVER_CONFIDENCE',
      holds: band !== null && confidence > band[1] + SCORE_TOLERANCE,
      detail: `confidence ${plain(confidence)}, ${bandText}`,
    },
  ];
}

/** Without the last bits of a sum: 5.4, not 5.3999999999999995. As fine as the tolerance that scores are compared with. */
const plain = (value: number): string => String(Number(value.toPrecision(10)));
