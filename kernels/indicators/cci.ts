import type { Kernel } from '../kernel.js';
import { SEGMENT } from '../window/blocks.js';
import { columnOf } from '../window/warm-up.js';

const ROW = 0;

/** Typical prices of the block at hand; until it is begun, of the block before. */
const prices = new Float64Array(SEGMENT);
/** Distances of typical prices from that of the block's first row: the rows of the block before, then the block's. */
const distances = new Float64Array(2 * SEGMENT);
/** Mean distance of each row's window. */
const means = new Float64Array(SEGMENT);

/**
 * Commodity channel index: distance of the typical price from its mean over 0.015 mean deviations. TA-Lib CCI; 0 when the mean
 * deviation is 0.
 *
 * Rows are taken in blocks of `period`, anchored at the partition's first row, and prices as distances from that of the block's first
 * row: it is in every window that ends in the block, so distances are at most the window's range, and exactly 0 where its
 * prices are equal. Their sums are van Herk's (see `SEGMENT`); the deviations of a window are added up afresh, oldest first,
 * as the mean deviation allows no recursion.
 */
export const cci: Kernel = {
  name: 'cci',
  title: 'Commodity channel index',
  version: 2,
  inputs: ['high', 'low', 'close'],
  params: [{ name: 'period', title: 'Rows of the window', min: 1, whole: true }],
  outputs: ['cci'],
  lookback: ({ period }) => period - 1,
  history: ({ period }) => period - 1,
  stateSize: () => 1,
  run(inputs, params, state, outputs, start, end) {
    const highs = inputs[0];
    const lows = inputs[1];
    const closes = inputs[2];
    const out = outputs[0];
    const period = params.period;
    const firstRow = state[ROW];
    const known = columnOf(period - 1, firstRow, start, end);
    out.fill(Number.NaN, start, known);
    if (period > SEGMENT) {
      for (let i = known; i < end; i++) out[i] = indexAt(highs, lows, closes, period, i);
    } else if (known < end) {
      const block = known - (((firstRow + known - start) % period) | 0);
      for (let i = known - period + 1; i < block; i++)
        prices[i - block + period] = typicalAt(highs, lows, closes, i);
      for (let from = known, at = block; from < end; ) {
        const to = Math.min(end, at + period);
        measure(highs, lows, closes, period, at, from, to);
        writeBlock(out, period, at, from, to);
        at += period;
        from = to;
      }
    }
    state[ROW] = firstRow + end - start;
  },
};

function typicalAt(highs: Float64Array, lows: Float64Array, closes: Float64Array, i: number): number {
  return (highs[i] + lows[i] + closes[i]) / 3;
}

/** Fills `distances` and `means` for the rows `[from, to)` of the block that begins at `block`. */
function measure(
  highs: Float64Array,
  lows: Float64Array,
  closes: Float64Array,
  period: number,
  block: number,
  from: number,
  to: number,
): void {
  const anchor = typicalAt(highs, lows, closes, block);
  const oldest = from - block + 1;
  const inverse = 1 / period;
  let sum = 0;
  for (let k = period - 1; k >= oldest; k--) {
    means[k] = sum;
    const distance = prices[k] - anchor;
    distances[k] = distance;
    sum += distance;
  }
  means[oldest - 1] = sum;
  sum = 0;
  for (let k = 0; k < to - block; k++) {
    const price = typicalAt(highs, lows, closes, block + k);
    const distance = price - anchor;
    prices[k] = price;
    distances[k + period] = distance;
    sum += distance;
    means[k] = (means[k] + sum) * inverse;
  }
}

/** The index of the rows `[from, to)` of the block that begins at `block`, measured before. */
function writeBlock(out: Float64Array, period: number, block: number, from: number, to: number): void {
  const scale = period / 0.015;
  let i = from;
  // Four windows at a time: they share most of their rows, and their sums need not wait for one another.
  if (period > 3)
    for (; i < to - 3; i += 4) {
      const k = i - block;
      const own = k + period;
      const mean0 = means[k];
      const mean1 = means[k + 1];
      const mean2 = means[k + 2];
      const mean3 = means[k + 3];
      const second = distances[k + 2];
      const third = distances[k + 3];
      let sum0 = Math.abs(distances[k + 1] - mean0) + Math.abs(second - mean0) + Math.abs(third - mean0);
      let sum1 = Math.abs(second - mean1) + Math.abs(third - mean1);
      let sum2 = Math.abs(third - mean2);
      let sum3 = 0;
      for (let j = k + 4; j <= own; j++) {
        const distance = distances[j];
        sum0 += Math.abs(distance - mean0);
        sum1 += Math.abs(distance - mean1);
        sum2 += Math.abs(distance - mean2);
        sum3 += Math.abs(distance - mean3);
      }
      const next1 = distances[own + 1];
      const next2 = distances[own + 2];
      const next3 = distances[own + 3];
      sum1 += Math.abs(next1 - mean1);
      sum2 = sum2 + Math.abs(next1 - mean2) + Math.abs(next2 - mean2);
      sum3 = sum3 + Math.abs(next1 - mean3) + Math.abs(next2 - mean3) + Math.abs(next3 - mean3);
      out[i] = indexOf(distances[own] - mean0, sum0, scale);
      out[i + 1] = indexOf(next1 - mean1, sum1, scale);
      out[i + 2] = indexOf(next2 - mean2, sum2, scale);
      out[i + 3] = indexOf(next3 - mean3, sum3, scale);
    }
  for (; i < to; i++) {
    const k = i - block;
    const mean = means[k];
    let sum = 0;
    for (let j = k + 1; j <= k + period; j++) sum += Math.abs(distances[j] - mean);
    out[i] = indexOf(distances[k + period] - mean, sum, scale);
  }
}

/**
 * @param distance of the row from the mean of its window
 * @param deviations sum of all such distances in the window, each without its sign
 * @param scale period / 0.015
 */
function indexOf(distance: number, deviations: number, scale: number): number {
  return deviations === 0 ? 0 : (distance * scale) / deviations;
}

/** The index of row i in two passes over its window, for periods beyond the scratch. */
function indexAt(
  highs: Float64Array,
  lows: Float64Array,
  closes: Float64Array,
  period: number,
  i: number,
): number {
  const own = typicalAt(highs, lows, closes, i);
  let sum = 0;
  for (let j = i - period + 1; j <= i; j++) sum += typicalAt(highs, lows, closes, j) - own;
  const mean = sum / period;
  let deviations = 0;
  for (let j = i - period + 1; j <= i; j++)
    deviations += Math.abs(typicalAt(highs, lows, closes, j) - own - mean);
  return indexOf(0 - mean, deviations, period / 0.015);
}
