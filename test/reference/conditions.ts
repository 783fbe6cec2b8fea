/**
 * Naive twin of kernels/conditions: SPEC 4's table read word for word, one row at a time, over plain arrays. Shares no
 * code with the kernels and judges gaps by time where they count a streak.
 */
export interface NaiveWindow {
  /** y by row; NaN is unknown. */
  readonly y: readonly number[];
  readonly closeTime: readonly number[];
  readonly durationMs: number;
}

/** True, false, or null for unknown, at row `t`. */
export function naiveCondition(
  direction: string,
  { y, closeTime, durationMs }: NaiveWindow,
  t: number,
  a: number,
  b: number,
  w: number,
): boolean | null {
  const at = (row: number): number => y[row]!;
  const looksBack = (rows: readonly number[]): boolean => {
    const first = Math.min(...rows);
    if (first < 0) return false;
    if (closeTime[t]! - closeTime[first]! !== (t - first) * durationMs) return false;
    return rows.every((row) => !Number.isNaN(at(row)));
  };
  const through = (from: number): number[] => Array.from({ length: t - from + 1 }, (_, i) => from + i);
  const steps = through(t - w + 1);
  switch (direction) {
    case 'ABOVE':
      return looksBack([t]) ? at(t) > a : null;
    case 'AT_LEAST':
      return looksBack([t]) ? at(t) >= a : null;
    case 'BELOW':
      return looksBack([t]) ? at(t) < b : null;
    case 'AT_MOST':
      return looksBack([t]) ? at(t) <= b : null;
    case 'BETWEEN':
      return looksBack([t]) ? a <= at(t) && at(t) <= b : null;
    case 'OUTSIDE':
      return looksBack([t]) ? !(a <= at(t) && at(t) <= b) : null;
    case 'TREND_UP':
      return looksBack([t - w, t]) ? at(t) > at(t - w) : null;
    case 'TREND_DOWN':
      return looksBack([t - w, t]) ? at(t) < at(t - w) : null;
    case 'RISING':
      return looksBack(through(t - w)) ? steps.every((s) => at(s) > at(s - 1)) : null;
    case 'FALLING':
      return looksBack(through(t - w)) ? steps.every((s) => at(s) < at(s - 1)) : null;
    case 'CROSS_UP':
      return looksBack(through(t - w)) ? steps.some((s) => at(s - 1) <= a && at(s) > a) : null;
    case 'CROSS_DOWN':
      return looksBack(through(t - w)) ? steps.some((s) => at(s - 1) >= b && at(s) < b) : null;
    case 'REJECT':
      return looksBack([t - 1, t]) ? at(t - 1) >= 0 && at(t) < 0 : null;
    case 'RECLAIM':
      return looksBack([t - 1, t]) ? at(t - 1) <= 0 && at(t) > 0 : null;
    case 'EXPAND':
      return looksBack(through(t - w)) ? at(t) > a * mean(y.slice(t - w, t)) : null;
    case 'CONTRACT':
      return looksBack(through(t - w)) ? at(t) < b * mean(y.slice(t - w, t)) : null;
    default:
      throw new Error(`reference: no direction '${direction}'`);
  }
}

function mean(values: readonly number[]): number {
  if (new Set(values).size === 1) return values[0]!;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
