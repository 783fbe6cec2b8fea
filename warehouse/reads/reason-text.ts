import { FILTER_REASON, REASON_TEXT } from '../schema/batches.js';
import type { StrategyDocument } from '../strategy.js';

/** `no_trade_reason` of a stored reason code (SPEC 5); null: tradable. */
export function reasonText({ metrics }: StrategyDocument, reason: number): string | null {
  if (reason >= FILTER_REASON) return `FILTER:${metrics[reason - FILTER_REASON]!.code}`;
  return REASON_TEXT[reason] ?? null;
}
