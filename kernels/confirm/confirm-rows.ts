import { type PredictionColumns, REASON } from '../scoring/rules.js';
import type { Bars } from './rules.js';
import type { EmitResult, TradeBook } from './trade-book.js';

/**
 * Rows `[start, end)` of a partition in one visit: continues the trades that `book` carries, then opens the trade of every
 * tradable prediction and walks it from the bar after its signal. What stays open is left in `book`, oldest first.
 *
 * @param predictions row-aligned with `bars`; rows with a `no_trade_reason` open nothing
 * @param emit results of carried trades come first, then those of new trades, each in the order they were opened
 */
export function confirmRows(
  book: TradeBook,
  bars: Bars,
  predictions: Pick<PredictionColumns, 'action' | 'reason' | 'buyScore' | 'sellScore'>,
  start: number,
  end: number,
  emit: EmitResult,
): void {
  const { action, reason, buyScore, sellScore } = predictions;
  book.walk(bars, start, end, emit);
  for (let t = start; t < end; t++) {
    if (reason[t] !== REASON.NONE) continue;
    book.open(bars.closeTime[t]!, action[t]!, Math.abs(buyScore[t]! - sellScore[t]!), bars.close[t]!);
    book.walkNewest(bars, t + 1, end, emit);
  }
}
