import { ACTION } from '../scoring/rules.js';
import { costPct, exitAt, firstReach, returnsAt } from './exit.js';
import type { Bars, TradeResult } from './rules.js';

/**
 * Decides a contested result by the finer bars `[from, to)`, which must cover the whole exit bar and nothing else. The
 * exit bar, `confirmedAt`, `hasGap` and what was counted before the exit price stay the partition's own (SPEC 6).
 *
 * @param costs the strategy's, basis points a side
 * @param decidedBy name of the finer interval
 * @returns a new result: decided by `decidedBy`; or, when a finer bar is ambiguous too or none reaches a target, the LOSS
 *   at the stop with `isAmbiguous` and `decidedBy` null
 * @throws Error when the result is not contested
 */
export function decideContested(
  result: TradeResult,
  costs: { readonly feeBps: number; readonly slippageBps: number },
  finer: Bars,
  from: number,
  to: number,
  decidedBy: string,
): TradeResult {
  const { action, entryPrice, tpPrice, slPrice } = result;
  if (!result.isContested)
    throw new Error(
      `confirm: the result of ${result.predictingAt} is not contested; allowed: contested results`,
    );
  const lower = action === ACTION.BUY ? slPrice : tpPrice;
  const upper = action === ACTION.BUY ? tpPrice : slPrice;
  const row = firstReach(finer, from, to, lower, upper, new Float64Array(2));
  const exit =
    row < to
      ? exitAt(finer, row, action, tpPrice, slPrice)
      : { status: 'LOSS' as const, price: slPrice, isAmbiguous: true };
  return {
    ...result,
    ...returnsAt(
      action,
      entryPrice,
      exit.price,
      costPct(costs),
      result.maxBeforeExitPct,
      result.minBeforeExitPct,
    ),
    status: exit.status,
    isAmbiguous: exit.isAmbiguous,
    decidedBy: exit.isAmbiguous ? null : decidedBy,
  };
}
