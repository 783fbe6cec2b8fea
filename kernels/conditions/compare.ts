import { type Condition, type Direction, FALSE, type ThresholdUse, TRUE, UNKNOWN } from './condition.js';

/**
 * Every comparison with constants is one question: does y lie in the closed interval `[low, high]`? ABOVE is "not at
 * most", BELOW is "not at least", OUTSIDE is "not between" (known values only), so one flat loop serves all six.
 */
function runWithin(
  y: Float64Array,
  low: number,
  high: number,
  inside: number,
  out: Uint8Array,
  start: number,
  end: number,
): void {
  // Number(boolean) compiles without a branch; a branch on what the market did costs three times as much.
  const flip = inside === TRUE ? 0 : 1;
  for (let t = start; t < end; t++) {
    const value = y[t]!;
    if (Number.isNaN(value)) out[t] = UNKNOWN;
    else out[t] = (Number(value >= low) & Number(value <= high)) ^ flip;
  }
}

function compare(
  direction: Direction,
  title: string,
  start: ThresholdUse,
  end: ThresholdUse,
  run: Condition['run'],
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
    run,
  };
}

export const above = compare(
  'ABOVE',
  'y is greater than start',
  'required',
  'refused',
  (y, _streak, params, out, start, end) => runWithin(y, -Infinity, params.start, FALSE, out, start, end),
);

export const atLeast = compare(
  'AT_LEAST',
  'y is at least start',
  'required',
  'refused',
  (y, _streak, params, out, start, end) => runWithin(y, params.start, Infinity, TRUE, out, start, end),
);

export const below = compare(
  'BELOW',
  'y is less than end',
  'refused',
  'required',
  (y, _streak, params, out, start, end) => runWithin(y, params.end, Infinity, FALSE, out, start, end),
);

export const atMost = compare(
  'AT_MOST',
  'y is at most end',
  'refused',
  'required',
  (y, _streak, params, out, start, end) => runWithin(y, -Infinity, params.end, TRUE, out, start, end),
);

export const between = compare(
  'BETWEEN',
  'y lies between start and end, both included',
  'required',
  'required',
  (y, _streak, params, out, start, end) => runWithin(y, params.start, params.end, TRUE, out, start, end),
);

export const outside = compare(
  'OUTSIDE',
  'y lies outside start and end',
  'required',
  'required',
  (y, _streak, params, out, start, end) => runWithin(y, params.start, params.end, FALSE, out, start, end),
);
