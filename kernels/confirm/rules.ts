/** Target, stop and patience of one tier (SPEC 6). */
export interface TierRules {
  readonly tpPct: number;
  readonly slPct: number;
  /** Resolved for the partition's interval: `N BAR` is N times its duration. */
  readonly lookaheadMs: number;
}

/** What confirmation needs of a strategy. */
export interface TradeRules {
  /** True: entry at the signal bar's close; false: at the open of the window's first bar. */
  readonly entryAtClose: boolean;
  readonly feeBps: number;
  readonly slippageBps: number;
  readonly strongEdge: number;
  readonly buyWeak: TierRules;
  readonly buyStrong: TierRules;
  readonly sellWeak: TierRules;
  readonly sellStrong: TierRules;
}

export const RESULT_STATUS = ['WIN', 'LOSS', 'EXPIRED'] as const;
export type ResultStatus = (typeof RESULT_STATUS)[number];

/** Bars that confirmation walks over: columns of equal length in time order, times normalised (SPEC 2). */
export interface Bars {
  readonly closeTime: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

/** One result as confirmation makes it; field names and units are those of fact_prediction_result (SPEC 11). */
export interface TradeResult {
  predictingAt: number;
  /** ACTION.BUY or ACTION.SELL. */
  action: number;
  isStrong: boolean;
  entryPrice: number;
  tpPrice: number;
  slPrice: number;
  lookaheadMs: number;
  exitPrice: number;
  status: ResultStatus;
  /** close_time of the exit bar. */
  confirmedAt: number;
  grossPct: number;
  pnlPct: number;
  maxReturnPct: number;
  minReturnPct: number;
  isAmbiguous: boolean;
  hasGap: boolean;
  /**
   * True when the exit bar's range reaches both targets without a deciding open: status, exit price and the extremes
   * are then what SPEC 6 says when no finer bar decides, until `decideContested` has looked at finer bars.
   */
  isContested: boolean;
  /** Interval whose bars decided a contested exit, or null. */
  decidedBy: string | null;
  /** Best and worst gross return before the exit price is counted, so that a contested exit can be decided later. */
  maxBeforeExitPct: number;
  minBeforeExitPct: number;
}
