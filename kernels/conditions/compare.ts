import { wasm } from '../wasm/module.js';
import type { Condition, Direction, RunRows, ThresholdUse } from './condition.js';
import { overRows } from './over-rows.js';

const INSIDE = 0;
const OUTSIDE = -1;

/**
 * Every comparison with constants is one question: does y lie in the closed interval `[low, high]`? ABOVE is "not at
 * most", BELOW is "not at least", OUTSIDE is "not between" (known values only), so one function serves all six.
 */
function bindWithin(
  y: Float64Array,
  streak: Int32Array,
  low: number,
  high: number,
  side: number,
  out: Uint8Array,
): RunRows {
  return overRows(y, streak, 0, out, (yAt, _streakAt, outAt, rows) =>
    wasm.within(yAt, outAt, rows, low, high, side),
  );
}

function compare(
  direction: Direction,
  title: string,
  start: ThresholdUse,
  end: ThresholdUse,
  bind: Condition['bind'],
): Condition {
  return {
    direction,
    family: 'compare',
    version: 1,
    title,
    start,
    end,
    absent: 0,
    subject: 'value',
    span: () => 0,
    bind,
  };
}

export const above = compare(
  'ABOVE',
  'y is greater than start',
  'required',
  'refused',
  (y, streak, params, out) => bindWithin(y, streak, -Infinity, params.start, OUTSIDE, out),
);

export const atLeast = compare(
  'AT_LEAST',
  'y is at least start',
  'required',
  'refused',
  (y, streak, params, out) => bindWithin(y, streak, params.start, Infinity, INSIDE, out),
);

export const below = compare('BELOW', 'y is less than end', 'refused', 'required', (y, streak, params, out) =>
  bindWithin(y, streak, params.end, Infinity, OUTSIDE, out),
);

export const atMost = compare(
  'AT_MOST',
  'y is at most end',
  'refused',
  'required',
  (y, streak, params, out) => bindWithin(y, streak, -Infinity, params.end, INSIDE, out),
);

export const between = compare(
  'BETWEEN',
  'y lies between start and end, both included',
  'required',
  'required',
  (y, streak, params, out) => bindWithin(y, streak, params.start, params.end, INSIDE, out),
);

export const outside = compare(
  'OUTSIDE',
  'y lies outside start and end',
  'required',
  'required',
  (y, streak, params, out) => bindWithin(y, streak, params.start, params.end, OUTSIDE, out),
);
