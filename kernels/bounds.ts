/** Values that a code cannot leave on bars whose prices lie between low and high; null: no bound on that side. */
export interface Bounds {
  readonly min: number;
  readonly max: number | null;
}

const PERCENT: Bounds = { min: 0, max: 100 };
const FROM_ZERO: Bounds = { min: 0, max: null };

/** By code, from the definitions of SPEC 3; codes without bounds are not in it. */
export const INDICATOR_BOUNDS: Readonly<Record<string, Bounds>> = Object.freeze({
  RSI14: PERCENT,
  ADX14: PERCENT,
  PLUS_DI14: PERCENT,
  MINUS_DI14: PERCENT,
  STOCH_K14: PERCENT,
  STOCH_D14: PERCENT,
  STOCH_RSI14: PERCENT,
  MFI14: PERCENT,
  WILLR14: { min: -100, max: 0 },
  CMF20: { min: -1, max: 1 },
  TAKER_RATIO: { min: 0, max: 1 },
  SUPERTREND_DIR: { min: -1, max: 1 },
  ATR14: FROM_ZERO,
  ATR_PCT14: FROM_ZERO,
  BB_WIDTH20: FROM_ZERO,
  VOL_SMA20: FROM_ZERO,
  VOL_RATIO20: FROM_ZERO,
  RVOL20: FROM_ZERO,
});
