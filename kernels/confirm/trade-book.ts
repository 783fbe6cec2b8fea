import { ACTION, SCORE_TOLERANCE } from '../scoring/rules.js';
import { costPct, type Exit, exitAt, firstReach, grossPct, returnsAt } from './exit.js';
import type { Bars, TierRules, TradeResult, TradeRules } from './rules.js';

/** Rises when any field of a result, or the layout of a saved book, may change. */
export const CONFIRM_VERSION = 1;

/**
 * Receives one result.
 *
 * @param result the book's own, written over by the next: copy what is kept
 * @param decidedAt close_time of the bar that decided it: the exit bar, or for EXPIRED the first with close_time >= end
 */
export type EmitResult = (result: Readonly<TradeResult>, decidedAt: number) => void;

/** Fields of one open trade in the flat state. */
const FIELDS = 9;
const PREDICTING_AT = 0;
const SIDE = 1;
const IS_STRONG = 2;
/** NaN until the window's first bar, when entry is at the next open. */
const ENTRY = 3;
/** Extremes of the window's bars so far and the entry. */
const HIGHEST = 4;
const LOWEST = 5;
/** Window bars so far, and the last one's close_time and close. */
const BARS = 6;
const LAST_TIME = 7;
const LAST_CLOSE = 8;

/**
 * Open trades of one strategy and partition, oldest first. Walking the bars in chunks of any size, with the book saved
 * and restored between them, gives the same results and the same state as one walk (SPEC 6).
 */
export class TradeBook {
  /** Trades whose complete window held no bar, since this object was made (not part of the saved state). */
  unfilled = 0;
  private state = new Float64Array(16 * FIELDS);
  private count = 0;
  private readonly cost: number;
  private readonly extremes = new Float64Array(2);
  /** One for all: an object a result was nearly all garbage of a chunk. */
  private readonly result = blankResult();

  /** @param durationMs of the partition's interval */
  constructor(
    private readonly rules: TradeRules,
    private readonly durationMs: number,
  ) {
    this.cost = costPct(rules);
  }

  /**
   * A book with the trades of `state`, as `save` returned it under the same rules.
   *
   * @throws Error when the length is no multiple of a trade's fields
   */
  static restore(rules: TradeRules, durationMs: number, state: Float64Array): TradeBook {
    if (state.length % FIELDS !== 0)
      throw new Error(
        `confirm: a saved trade book of ${state.length} values; allowed: a multiple of ${FIELDS}`,
      );
    const book = new TradeBook(rules, durationMs);
    book.count = state.length / FIELDS;
    book.state = new Float64Array(state.length + 16 * FIELDS);
    book.state.set(state);
    return book;
  }

  /** Open trades. */
  get size(): number {
    return this.count;
  }

  /** The open trades as numbers: a copy. */
  save(): Float64Array {
    return this.state.slice(0, this.count * FIELDS);
  }

  /** `predicting_at` of the open trades, in the order they were opened. */
  openPredictingAt(): Float64Array {
    return Float64Array.from({ length: this.count }, (_, slot) => this.state[slot * FIELDS + PREDICTING_AT]!);
  }

  /**
   * Opens the trade of a tradable prediction.
   *
   * @param predictingAt close_time of the signal bar
   * @param action ACTION.BUY or ACTION.SELL
   * @param marketScore the edge: decides between the weak and the strong tier
   * @param signalClose close of the signal bar
   * @throws Error on another action
   */
  open(predictingAt: number, action: number, marketScore: number, signalClose: number): void {
    if (action !== ACTION.BUY && action !== ACTION.SELL)
      throw new Error(`confirm: action ${action} opens no trade; allowed: ${ACTION.BUY}, ${ACTION.SELL}`);
    const at = this.count * FIELDS;
    if (at === this.state.length) {
      const wider = new Float64Array(2 * at);
      wider.set(this.state);
      this.state = wider;
    }
    const entry = this.rules.entryAtClose ? signalClose : Number.NaN;
    const { state } = this;
    state[at + PREDICTING_AT] = predictingAt;
    state[at + SIDE] = action;
    state[at + IS_STRONG] = marketScore >= this.rules.strongEdge - SCORE_TOLERANCE ? 1 : 0;
    state[at + ENTRY] = entry;
    state[at + HIGHEST] = entry;
    state[at + LOWEST] = entry;
    state[at + BARS] = 0;
    state[at + LAST_TIME] = predictingAt;
    state[at + LAST_CLOSE] = signalClose;
    this.count++;
  }

  /** Advances every open trade over rows `[start, end)`, which must lie after all their signal bars. */
  walk(bars: Bars, start: number, end: number, emit: EmitResult): void {
    if (start >= end) return;
    let kept = 0;
    for (let slot = 0; slot < this.count; slot++) {
      if (!this.advance(slot, bars, start, end, emit)) continue;
      if (kept < slot) this.state.copyWithin(kept * FIELDS, slot * FIELDS, (slot + 1) * FIELDS);
      kept++;
    }
    this.count = kept;
  }

  /** Advances only the trade opened last over rows `[start, end)`. */
  walkNewest(bars: Bars, start: number, end: number, emit: EmitResult): void {
    if (start >= end || this.count === 0) return;
    if (!this.advance(this.count - 1, bars, start, end, emit)) this.count--;
  }

  /** @returns true while the trade stays open */
  private advance(slot: number, bars: Bars, start: number, end: number, emit: EmitResult): boolean {
    const { state, extremes } = this;
    const at = slot * FIELDS;
    const action = state[at + SIDE]!;
    const isBuy = action === ACTION.BUY;
    const tier = this.tier(isBuy, state[at + IS_STRONG] === 1);
    const windowEnd = state[at + PREDICTING_AT]! + tier.lookaheadMs;
    const stop = this.windowStop(bars.closeTime, start, end, windowEnd);
    if (start < stop) {
      if (Number.isNaN(state[at + ENTRY]!)) {
        const entry = bars.open[start]!;
        state[at + ENTRY] = entry;
        state[at + HIGHEST] = entry;
        state[at + LOWEST] = entry;
      }
      const entry = state[at + ENTRY]!;
      const tpPrice = entry * (isBuy ? 1 + tier.tpPct / 100 : 1 - tier.tpPct / 100);
      const slPrice = entry * (isBuy ? 1 - tier.slPct / 100 : 1 + tier.slPct / 100);
      extremes[0] = state[at + HIGHEST]!;
      extremes[1] = state[at + LOWEST]!;
      const row = firstReach(
        bars,
        start,
        stop,
        isBuy ? slPrice : tpPrice,
        isBuy ? tpPrice : slPrice,
        extremes,
      );
      state[at + HIGHEST] = extremes[0]!;
      state[at + LOWEST] = extremes[1]!;
      const last = Math.min(row, stop - 1);
      state[at + BARS]! += last - start + 1;
      state[at + LAST_TIME] = bars.closeTime[last]!;
      state[at + LAST_CLOSE] = bars.close[last]!;
      if (row < stop) {
        // The exit bar counts with its open and the exit price only: what followed inside the bar was after the exit.
        const open = bars.open[row]!;
        if (open > extremes[0]!) state[at + HIGHEST] = open;
        if (open < extremes[1]!) state[at + LOWEST] = open;
        const exit = exitAt(bars, row, action, tpPrice, slPrice);
        emit(this.fillResult(at, tier, exit), bars.closeTime[row]!);
        return false;
      }
    }
    const lastTime = state[at + LAST_TIME]!;
    if (lastTime < windowEnd && stop === end) return true;
    if (state[at + BARS] === 0) this.unfilled++;
    else emit(this.fillResult(at, tier, null), lastTime >= windowEnd ? lastTime : bars.closeTime[stop]!);
    return false;
  }

  private tier(isBuy: boolean, isStrong: boolean): TierRules {
    const { rules } = this;
    if (isBuy) return isStrong ? rules.buyStrong : rules.buyWeak;
    return isStrong ? rules.sellStrong : rules.sellWeak;
  }

  /** First row of `[start, end)` with a close_time after `windowEnd`, or `end`. */
  private windowStop(closeTime: Float64Array, start: number, end: number, windowEnd: number): number {
    const left = windowEnd - closeTime[start]!;
    if (left < 0) return start;
    // Bars are at least a duration apart: gaps can only bring the end of the window nearer.
    let stop = Math.min(end, start + Math.floor(left / this.durationMs) + 1);
    while (closeTime[stop - 1]! > windowEnd) stop--;
    return stop;
  }

  /** @param exit null: the window ended without one */
  private fillResult(at: number, tier: TierRules, exit: Exit | null): TradeResult {
    const { state, result } = this;
    const predictingAt = state[at + PREDICTING_AT]!;
    const action = state[at + SIDE]!;
    const isBuy = action === ACTION.BUY;
    const entry = state[at + ENTRY]!;
    const confirmedAt = state[at + LAST_TIME]!;
    const expected =
      exit === null
        ? Math.floor(tier.lookaheadMs / this.durationMs)
        : (confirmedAt - predictingAt) / this.durationMs;
    // Correctly rounded division and subtraction never reverse an order, so the extreme prices give the extreme returns.
    const atHighest = grossPct(action, entry, state[at + HIGHEST]!);
    const atLowest = grossPct(action, entry, state[at + LOWEST]!);
    const maxBeforeExitPct = isBuy ? atHighest : atLowest;
    const minBeforeExitPct = isBuy ? atLowest : atHighest;
    const isContested = exit?.isAmbiguous ?? false;
    const exitPrice = exit?.price ?? state[at + LAST_CLOSE]!;
    const returns = returnsAt(action, entry, exitPrice, this.cost, maxBeforeExitPct, minBeforeExitPct);
    result.predictingAt = predictingAt;
    result.action = action;
    result.isStrong = state[at + IS_STRONG] === 1;
    result.entryPrice = entry;
    result.tpPrice = entry * (isBuy ? 1 + tier.tpPct / 100 : 1 - tier.tpPct / 100);
    result.slPrice = entry * (isBuy ? 1 - tier.slPct / 100 : 1 + tier.slPct / 100);
    result.lookaheadMs = tier.lookaheadMs;
    result.exitPrice = returns.exitPrice;
    result.grossPct = returns.grossPct;
    result.pnlPct = returns.pnlPct;
    result.maxReturnPct = returns.maxReturnPct;
    result.minReturnPct = returns.minReturnPct;
    result.status = exit?.status ?? 'EXPIRED';
    result.confirmedAt = confirmedAt;
    result.isAmbiguous = isContested;
    result.hasGap = state[at + BARS] !== expected;
    result.isContested = isContested;
    result.maxBeforeExitPct = maxBeforeExitPct;
    result.minBeforeExitPct = minBeforeExitPct;
    return result;
  }
}

function blankResult(): TradeResult {
  return {
    predictingAt: Number.NaN,
    action: ACTION.SIDEWAY,
    isStrong: false,
    entryPrice: Number.NaN,
    tpPrice: Number.NaN,
    slPrice: Number.NaN,
    lookaheadMs: Number.NaN,
    exitPrice: Number.NaN,
    grossPct: Number.NaN,
    pnlPct: Number.NaN,
    maxReturnPct: Number.NaN,
    minReturnPct: Number.NaN,
    status: 'EXPIRED',
    confirmedAt: Number.NaN,
    isAmbiguous: false,
    hasGap: false,
    isContested: false,
    decidedBy: null,
    maxBeforeExitPct: Number.NaN,
    minBeforeExitPct: Number.NaN,
  };
}
