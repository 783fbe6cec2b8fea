import type { StrategyDocument } from './strategy.js';

/**
 * The strategy's max_score, or when null the larger of the sums of active BUY and of active SELL weights, each summed in
 * position order (SPEC 5).
 */
export function resolveMaxScore(document: StrategyDocument): number {
  if (document.scoring.max_score !== null) return document.scoring.max_score;
  let buy = 0;
  let sell = 0;
  for (const { side, weight, active } of document.metrics) {
    if (!active) continue;
    if (side === 'BUY') buy += weight;
    if (side === 'SELL') sell += weight;
  }
  return Math.max(buy, sell);
}
