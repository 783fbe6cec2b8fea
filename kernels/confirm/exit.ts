import { ACTION } from '../scoring/rules.js';
import type { Bars, TradeResult } from './rules.js';

/** What a bar that reaches a target does to a trade. */
export interface Exit {
  readonly status: 'WIN' | 'LOSS';
  readonly price: number;
  /** The range reaches both targets and the open decides nothing; `status` is LOSS at the stop then. */
  readonly isAmbiguous: boolean;
}

/** Gross return of leaving at `price`, percent (SPEC 6, as written). */
export function grossPct(action: number, entry: number, price: number): number {
  return action === ACTION.BUY ? (price / entry - 1) * 100 : (1 - price / entry) * 100;
}

/** Cost of a round trip, percent. */
export function costPct(costs: { readonly feeBps: number; readonly slippageBps: number }): number {
  return (2 * (costs.feeBps + costs.slippageBps)) / 100;
}

/**
 * First row of `[from, to)` that reaches `lower` or `upper`, or `to`. Every stored bar has low <= open <= high (SPEC 2,
 * RANGE), so an open beyond a target shows in the range and need not be read here.
 *
 * @param extremes [highest high, lowest low] so far; widened by the rows before the one found
 */
export function firstReach(
  bars: Bars,
  from: number,
  to: number,
  lower: number,
  upper: number,
  extremes: Float64Array,
): number {
  const { high, low } = bars;
  let highest = extremes[0]!;
  let lowest = extremes[1]!;
  let row = from;
  for (; row < to; row++) {
    const h = high[row]!;
    const l = low[row]!;
    if (h >= upper || l <= lower) break;
    if (h > highest) highest = h;
    if (l < lowest) lowest = l;
  }
  extremes[0] = highest;
  extremes[1] = lowest;
  return row;
}

/** What row `row`, which reaches a target, does: the open first, then the stop, then the target (SPEC 6). */
export function exitAt(bars: Bars, row: number, action: number, tpPrice: number, slPrice: number): Exit {
  const open = bars.open[row]!;
  const isBuy = action === ACTION.BUY;
  if (isBuy ? open <= slPrice : open >= slPrice) return { status: 'LOSS', price: open, isAmbiguous: false };
  if (isBuy ? open >= tpPrice : open <= tpPrice) return { status: 'WIN', price: open, isAmbiguous: false };
  const hitsStop = isBuy ? bars.low[row]! <= slPrice : bars.high[row]! >= slPrice;
  if (!hitsStop) return { status: 'WIN', price: tpPrice, isAmbiguous: false };
  const hitsTarget = isBuy ? bars.high[row]! >= tpPrice : bars.low[row]! <= tpPrice;
  return { status: 'LOSS', price: slPrice, isAmbiguous: hitsTarget };
}

/** The figures that follow from an exit price, costs and the extremes before it. */
export function returnsAt(
  action: number,
  entry: number,
  price: number,
  cost: number,
  maxBefore: number,
  minBefore: number,
): Pick<TradeResult, 'exitPrice' | 'grossPct' | 'pnlPct' | 'maxReturnPct' | 'minReturnPct'> {
  const gross = grossPct(action, entry, price);
  return {
    exitPrice: price,
    grossPct: gross,
    pnlPct: gross - cost,
    maxReturnPct: Math.max(maxBefore, gross),
    minReturnPct: Math.min(minBefore, gross),
  };
}
