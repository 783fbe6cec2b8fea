import type { Kernel } from '../kernel.js';
import { SEGMENT } from '../window/blocks.js';
import { blankWarmUp, columnOf } from '../window/warm-up.js';

const ROW = 0;
const distances = new Float64Array(SEGMENT);
const squares = new Float64Array(SEGMENT);

/**
 * ln(value / previous). For moves up to about 6 % the series of 2 artanh((v - p) / (v + p)) up to the ninth power, whose rest is
 * below a rounding error: a third of the time of Math.log, and no digits lost in the quotient near 1.
 */
function logReturn(value: number, previous: number): number {
  const s = (value - previous) / (value + previous);
  if (s > 0.03 || s < -0.03) return Math.log(value / previous);
  const q = s * s;
  return s * (2 + q * (2 / 3 + q * (2 / 5 + q * (2 / 7 + q * (2 / 9)))));
}

/** Log return of row i: rows from `start` on stand in `returns`, earlier ones are made again. */
function returnAt(returns: Float64Array, x: Float64Array, start: number, i: number): number {
  return i >= start ? returns[i] : logReturn(x[i], x[i - 1]);
}

/**
 * Realised volatility: the sample deviation (n - 1) of the last `period` log returns.
 *
 * The returns of the chunk are first put where the results will stand. Then segments are taken from the last to the first,
 * because the results of a block replace returns that only the next block's windows need. Sums of distances from the last
 * return before the block, which bounds them as in the bands of bbands; the window that is a whole block does not hold that return and
 * is taken in two passes.
 */
export const rvol: Kernel = {
  name: 'rvol',
  title: 'Realised volatility',
  version: 1,
  inputs: ['value'],
  params: [{ name: 'period', title: 'Log returns of the window', min: 2, whole: true }],
  outputs: ['rvol'],
  lookback: ({ period }) => period,
  history: ({ period }) => period + 1,
  stateSize: () => 1,
  run(inputs, params, state, outputs, start, end) {
    const x = inputs[0];
    const out = outputs[0];
    const period = params.period;
    const scale = 1 / Math.sqrt(period - 1);
    const firstRow = state[ROW];
    const known = columnOf(period, firstRow, start, end);
    // Row 0 has no return; no window that is known holds it.
    for (let i = firstRow > 0 ? start : start + 1; i < end; i++) out[i] = logReturn(x[i], x[i - 1]);
    for (let to = end; to > known; ) {
      const position = ((firstRow + to - 1 - start) % period) | 0;
      const block = to - 1 - position;
      const from = Math.max(block, known, to - SEGMENT);
      const whole = position === period - 1 ? squaredDistances(out, x, start, block, to) : 0;
      segment(out, x, start, period, block, from, to);
      if (position === period - 1) out[to - 1] = scale * Math.sqrt(whole);
      to = from;
    }
    blankWarmUp(out, start, end, firstRow, period);
    state[ROW] = firstRow + end - start;
  },
};

/** Deviations of the rows `[from, to)` of the block that begins at `block`. */
function segment(
  out: Float64Array,
  x: Float64Array,
  start: number,
  period: number,
  block: number,
  from: number,
  to: number,
): void {
  const scale = 1 / Math.sqrt(period - 1);
  const inverse = 1 / period;
  const anchor = returnAt(out, x, start, block - 1);
  let sum = 0;
  let square = 0;
  // Backwards over the rows before the block: row i completes the suffix of row i + period - 1, so writing lags by one.
  for (let i = block - 1; i > from - period; i--) {
    if (i + period < to) {
      distances[i + period - from] = sum;
      squares[i + period - from] = square;
    }
    const distance = returnAt(out, x, start, i) - anchor;
    sum += distance;
    square += distance * distance;
  }
  distances[0] = sum;
  squares[0] = square;
  sum = 0;
  square = 0;
  for (let i = block; i < from; i++) {
    const distance = returnAt(out, x, start, i) - anchor;
    sum += distance;
    square += distance * distance;
  }
  for (let i = from; i < to; i++) {
    const distance = out[i] - anchor;
    sum += distance;
    square += distance * distance;
    const total = distances[i - from] + sum;
    const spread = squares[i - from] + square - total * total * inverse;
    out[i] = spread > 0 ? scale * Math.sqrt(spread) : 0;
  }
}

/** Sum of squared distances of the returns `[from, to)` from their mean, in two passes. Equal returns give exactly 0. */
function squaredDistances(
  out: Float64Array,
  x: Float64Array,
  start: number,
  from: number,
  to: number,
): number {
  const anchor = returnAt(out, x, start, from);
  let sum = 0;
  for (let i = from; i < to; i++) sum += returnAt(out, x, start, i) - anchor;
  const mean = sum / (to - from);
  let squared = 0;
  for (let i = from; i < to; i++) {
    const distance = returnAt(out, x, start, i) - anchor - mean;
    squared += distance * distance;
  }
  return squared;
}
