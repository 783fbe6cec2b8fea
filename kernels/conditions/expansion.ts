import { type Condition, type Direction, type ThresholdUse, UNKNOWN } from './condition.js';

/**
 * `sign` 1: y[t] > factor * mean(y[t-window..t-1]); -1: less than it (negation is exact). Rows t-window..t are looked at.
 *
 * The mean is summed directly, oldest row first: a running sum would carry rounding from rows before the chunk. The sum
 * of equal values may not divide back to the value (0.1 + 0.1 + 0.1), so a window of equal rows takes the value itself.
 */
function runExpansion(
  y: Float64Array,
  streak: Int32Array,
  window: number,
  factor: number,
  sign: number,
  out: Uint8Array,
  start: number,
  end: number,
): void {
  const first = Math.max(0, start - window);
  let lastUnknown = first - 1;
  // Rows before t that equal the row before them, in a row; counted without a branch on what the market did.
  let equal = 0;
  let previous = Number.NaN;
  for (let t = first; t < end; t++) {
    const value = y[t]!;
    if (Number.isNaN(value)) lastUnknown = t;
    if (t >= start) {
      if (streak[t]! < window || lastUnknown >= t - window) out[t] = UNKNOWN;
      else {
        const mean = equal >= window - 1 ? previous : meanOf(y, t - window, t);
        out[t] = Number(sign * value > sign * (factor * mean));
      }
    }
    equal = (equal + 1) * Number(value === previous);
    previous = value;
  }
}

function meanOf(y: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let s = from; s < to; s++) sum += y[s]!;
  return sum / (to - from);
}

function expansion(
  direction: Direction,
  title: string,
  start: ThresholdUse,
  end: ThresholdUse,
  run: Condition['run'],
): Condition {
  return {
    direction,
    family: 'expansion',
    version: 1,
    title,
    start,
    end,
    absent: 1,
    subject: 'value',
    span: (window) => window,
    run,
  };
}

export const expand = expansion(
  'EXPAND',
  'y is greater than start times its mean over the window before',
  'optional',
  'refused',
  (y, streak, params, out, start, end) =>
    runExpansion(y, streak, params.window, params.start, 1, out, start, end),
);

export const contract = expansion(
  'CONTRACT',
  'y is less than end times its mean over the window before',
  'refused',
  'optional',
  (y, streak, params, out, start, end) =>
    runExpansion(y, streak, params.window, params.end, -1, out, start, end),
);
