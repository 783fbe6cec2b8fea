import { wasm } from '../wasm/module.js';
import type { Condition, Direction, RunRows } from './condition.js';
import { overRows, scratchFor } from './over-rows.js';

/** `sign` 1: y[t] > y[t-w]. -1 mirrors it. */
function bindTrend(
  y: Float64Array,
  streak: Int32Array,
  window: number,
  sign: number,
  out: Uint8Array,
): RunRows {
  return overRows(y, streak, window, out, (later, streakAt, outAt, rows) => {
    const earlier = later - window * y.BYTES_PER_ELEMENT;
    if (sign === 1) wasm.trend(later, earlier, streakAt, outAt, rows, window);
    else wasm.trend(earlier, later, streakAt, outAt, rows, window);
  });
}

/** All of the last `window` steps strictly up (`sign` 1) or strictly down (-1). Rows t-window..t are looked at. */
function bindMonotone(
  y: Float64Array,
  streak: Int32Array,
  window: number,
  sign: number,
  out: Uint8Array,
): RunRows {
  return overRows(y, streak, window, out, (yAt, streakAt, outAt, rows) =>
    wasm.monotone(yAt, streakAt, outAt, scratchFor(2, rows, window), rows, window, sign),
  );
}

function trend(direction: Direction, title: string, bind: Condition['bind']): Condition {
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
    bind,
  };
}

export const trendUp = trend('TREND_UP', 'y is greater than one window before', (y, streak, params, out) =>
  bindTrend(y, streak, params.window, 1, out),
);

export const trendDown = trend('TREND_DOWN', 'y is less than one window before', (y, streak, params, out) =>
  bindTrend(y, streak, params.window, -1, out),
);

export const rising = trend('RISING', 'y rose at every step of the window', (y, streak, params, out) =>
  bindMonotone(y, streak, params.window, 1, out),
);

export const falling = trend('FALLING', 'y fell at every step of the window', (y, streak, params, out) =>
  bindMonotone(y, streak, params.window, -1, out),
);
