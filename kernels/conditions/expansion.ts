import { wasm } from '../wasm/module.js';
import type { Condition, Direction, RunRows, ThresholdUse } from './condition.js';
import { overRows, scratchFor } from './over-rows.js';

/**
 * `sign` 1: y[t] > factor * mean(y[t-window..t-1]); -1: less than it (negation is exact). Rows t-window..t are looked at.
 *
 * The mean is summed directly, oldest row first: a running sum would carry rounding from rows before the chunk. The sum
 * of equal values may not divide back to the value (0.1 + 0.1 + 0.1), so a window of equal rows takes the value itself.
 */
function bindExpansion(
  y: Float64Array,
  streak: Int32Array,
  window: number,
  factor: number,
  sign: number,
  out: Uint8Array,
): RunRows {
  return overRows(y, streak, window, out, (yAt, streakAt, outAt, rows) =>
    wasm.expansion(yAt, streakAt, outAt, scratchFor(3, rows, window), rows, window, factor, sign),
  );
}

function expansion(
  direction: Direction,
  title: string,
  start: ThresholdUse,
  end: ThresholdUse,
  bind: Condition['bind'],
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
    bind,
  };
}

export const expand = expansion(
  'EXPAND',
  'y is greater than start times its mean over the window before',
  'optional',
  'refused',
  (y, streak, params, out) => bindExpansion(y, streak, params.window, params.start, 1, out),
);

export const contract = expansion(
  'CONTRACT',
  'y is less than end times its mean over the window before',
  'refused',
  'optional',
  (y, streak, params, out) => bindExpansion(y, streak, params.window, params.end, -1, out),
);
