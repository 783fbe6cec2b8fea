import type { CompiledMetric } from '../strategy/compile.js';

/**
 * The level that y[t] is compared with: a threshold where the direction has one, else what stands in its place (the value
 * a window before, the row before, a multiple of the mean before). NaN where a row that it needs is unknown.
 *
 * @param y values in time order; t is a row of it
 */
export function levelOf(
  { direction, start, end, window }: CompiledMetric,
  y: Float64Array,
  t: number,
): number {
  switch (direction) {
    case 'ABOVE':
    case 'AT_LEAST':
    case 'CROSS_UP':
      return start;
    case 'BELOW':
    case 'AT_MOST':
    case 'CROSS_DOWN':
      return end;
    case 'BETWEEN':
    case 'OUTSIDE':
      // The nearer end is the one that y would have to pass.
      return Math.abs(y[t]! - start) <= Math.abs(y[t]! - end) ? start : end;
    case 'TREND_UP':
    case 'TREND_DOWN':
      return y[t - window] ?? Number.NaN;
    case 'RISING':
    case 'FALLING':
      return y[t - 1] ?? Number.NaN;
    case 'REJECT':
    case 'RECLAIM':
      return 0;
    case 'EXPAND':
      return start * meanBefore(y, t, window);
    case 'CONTRACT':
      return end * meanBefore(y, t, window);
  }
}

function meanBefore(y: Float64Array, t: number, window: number): number {
  if (t < window) return Number.NaN;
  let sum = 0;
  for (let s = t - window; s < t; s++) sum += y[s]!;
  return sum / window;
}

/** Bars over which a distance is measured: |y - level| / mean |y|. */
const SCALE_BARS = 200;

/**
 * How near y[t] is to its level, in units of its usual size: |y - level| / mean |y| over the last 200 bars, this one
 * included. Infinity where it cannot be told.
 */
export function closenessOf(y: Float64Array, t: number, level: number): number {
  let sum = 0;
  let known = 0;
  for (let s = Math.max(0, t + 1 - SCALE_BARS); s <= t; s++)
    if (!Number.isNaN(y[s]!)) {
      sum += Math.abs(y[s]!);
      known++;
    }
  const distance = Math.abs(y[t]! - level);
  if (distance === 0) return 0;
  const closeness = distance / (sum / known);
  return Number.isNaN(closeness) ? Number.POSITIVE_INFINITY : closeness;
}
