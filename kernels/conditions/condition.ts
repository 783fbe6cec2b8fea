export const DIRECTIONS = [
  'ABOVE',
  'AT_LEAST',
  'BELOW',
  'AT_MOST',
  'BETWEEN',
  'OUTSIDE',
  'TREND_UP',
  'TREND_DOWN',
  'RISING',
  'FALLING',
  'CROSS_UP',
  'CROSS_DOWN',
  'REJECT',
  'RECLAIM',
  'EXPAND',
  'CONTRACT',
] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Three-valued truth of a condition at a row. */
export const FALSE = 0;
export const TRUE = 1;
export const UNKNOWN = 2;

/** Whether a threshold must be given, is replaced by a default when absent, or is refused. */
export type ThresholdUse = 'required' | 'optional' | 'refused';

export interface ConditionParams {
  /** `threshold_start`; the caller has put the default of SPEC 4 where it is absent. */
  readonly start: number;
  /** `threshold_end`, likewise. */
  readonly end: number;
  /** `w`: bars of the window, at least 1. */
  readonly window: number;
}

/** Computes rows `[start, end)` of the columns it was bound to. */
export type RunRows = (start: number, end: number) => void;

/** A condition evaluates one direction of SPEC 4 over a column of y. Stateless: it looks back in the column. */
export interface Condition {
  readonly direction: Direction;
  /** File that holds it: compare, trend, cross, expansion. */
  readonly family: string;
  /** Rises when any output may change. */
  readonly version: number;
  readonly title: string;
  /** How the thresholds are used without a reference. */
  readonly start: ThresholdUse;
  readonly end: ThresholdUse;
  /** Value of an absent optional threshold: 0, or 1 for EXPAND and CONTRACT. */
  readonly absent: number;
  /** `value`: y = indicator, or indicator - reference. `from_close`: y = CLOSE - indicator, no reference. */
  readonly subject: 'value' | 'from_close';
  /** Rows before t that are looked at, for a window of `w` bars. */
  span(window: number): number;
  /**
   * Binds the condition to columns of one length; what it returns evaluates rows of them.
   *
   * @param y the column, with at least `span(window)` rows before `start` where the partition has them; NaN = unknown
   * @param streak per row: rows directly before it that follow each other without a gap, counted from the partition's
   *   first row (0 there and right after a gap). A window is known only where `streak[t] >= span(window)`
   * @param out TRUE, FALSE or UNKNOWN, one byte a row
   */
  bind(y: Float64Array, streak: Int32Array, params: ConditionParams, out: Uint8Array): RunRows;
}
