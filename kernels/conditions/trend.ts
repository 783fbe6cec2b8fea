import { type Condition, type Direction, UNKNOWN } from './condition.js';

/** `sign` 1: y[t] > y[t-w]. -1 mirrors it: negating both sides of a comparison is exact. */
function runTrend(
  y: Float64Array,
  streak: Int32Array,
  window: number,
  sign: number,
  out: Uint8Array,
  start: number,
  end: number,
): void {
  for (let t = start; t < end; t++) {
    if (streak[t]! < window) out[t] = UNKNOWN;
    else {
      const later = sign * y[t]!;
      const earlier = sign * y[t - window]!;
      // Number(boolean) is TRUE or FALSE and compiles without a branch on what the market did.
      if (Number.isNaN(later) || Number.isNaN(earlier)) out[t] = UNKNOWN;
      else out[t] = Number(later > earlier);
    }
  }
}

/** All of the last `window` steps strictly up (`sign` 1) or strictly down (-1). Rows t-window..t are looked at. */
function runMonotone(
  y: Float64Array,
  streak: Int32Array,
  window: number,
  sign: number,
  out: Uint8Array,
  start: number,
  end: number,
): void {
  // The state is found again from the `window` rows before `start`: any chunking gives the same.
  const first = Math.max(0, start - window);
  let lastUnknown = first - 1;
  let steps = 0;
  let previous = Number.NaN;
  for (let t = first; t < end; t++) {
    const value = sign * y[t]!;
    if (Number.isNaN(value)) lastUnknown = t;
    // Steps in a row, counted without a branch on what the market did.
    steps = (steps + 1) * Number(value > previous);
    previous = value;
    if (t < start) continue;
    if (streak[t]! < window || lastUnknown >= t - window) out[t] = UNKNOWN;
    else out[t] = Number(steps >= window);
  }
}

function trend(direction: Direction, title: string, run: Condition['run']): Condition {
  return {
    direction,
    family: 'trend',
    version: 1,
    title,
    start: 'refused',
    end: 'refused',
    absent: 0,
    subject: 'value',
    span: (window) => window,
    run,
  };
}

export const trendUp = trend(
  'TREND_UP',
  'y is greater than one window before',
  (y, streak, params, out, start, end) => runTrend(y, streak, params.window, 1, out, start, end),
);

export const trendDown = trend(
  'TREND_DOWN',
  'y is less than one window before',
  (y, streak, params, out, start, end) => runTrend(y, streak, params.window, -1, out, start, end),
);

export const rising = trend(
  'RISING',
  'y rose at every step of the window',
  (y, streak, params, out, start, end) => runMonotone(y, streak, params.window, 1, out, start, end),
);

export const falling = trend(
  'FALLING',
  'y fell at every step of the window',
  (y, streak, params, out, start, end) => runMonotone(y, streak, params.window, -1, out, start, end),
);
