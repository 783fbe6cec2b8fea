import type { Kernel } from '../kernel.js';
import { blankWarmUp, columnOf } from '../window/warm-up.js';

const ROW = 0;

/** Partial sums of a window: four of them, so that additions need not wait for one another. */
const lanes = new Float64Array(4);

/**
 * Commodity channel index: distance of the typical price from its mean over 0.015 mean deviations. TA-Lib CCI; 0 when the mean
 * deviation is 0.
 *
 * Computed directly over each window, as the mean deviation allows no recursion. Typical prices are first put where the results
 * will stand; then rows are taken backwards, because a result replaces a price that only later windows need. Distances
 * are taken from the row's own price, so a window of equal prices has exactly no deviation.
 */
export const cci: Kernel = {
  name: 'cci',
  title: 'Commodity channel index',
  version: 1,
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
    // Windows of rows before this one reach before `start`.
    const inside = Math.min(end, start + period - 1);
    for (let i = start; i < end; i++) out[i] = (highs[i] + lows[i] + closes[i]) / 3;
    for (let i = end - 1; i >= inside; i--) out[i] = indexWithin(out, i, period);
    for (let i = inside - 1; i >= known; i--) out[i] = indexAtEdge(inputs, out, start, i, period);
    blankWarmUp(out, start, end, firstRow, period - 1);
    state[ROW] = firstRow + end - start;
  },
};

/** The index of row i, when all typical prices of its window stand in `typicals`. */
function indexWithin(typicals: Float64Array, i: number, period: number): number {
  const own = typicals[i];
  const first = i - period + 1;
  const last = i - 2;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let j = first;
  for (; j < last; j += 4) {
    sum0 += typicals[j] - own;
    sum1 += typicals[j + 1] - own;
    sum2 += typicals[j + 2] - own;
    sum3 += typicals[j + 3] - own;
  }
  for (; j <= i; j++) sum0 += typicals[j] - own;
  const mean = (sum0 + sum1 + (sum2 + sum3)) / period;
  const center = own + mean;
  sum0 = 0;
  sum1 = 0;
  sum2 = 0;
  sum3 = 0;
  for (j = first; j < last; j += 4) {
    sum0 += Math.abs(typicals[j] - center);
    sum1 += Math.abs(typicals[j + 1] - center);
    sum2 += Math.abs(typicals[j + 2] - center);
    sum3 += Math.abs(typicals[j + 3] - center);
  }
  for (; j <= i; j++) sum0 += Math.abs(typicals[j] - center);
  return result(mean, sum0 + sum1 + (sum2 + sum3), period);
}

/** `indexWithin`, the same additions in the same order, with the typical prices before `start` made again. */
function indexAtEdge(
  inputs: readonly Float64Array[],
  typicals: Float64Array,
  start: number,
  i: number,
  period: number,
): number {
  const first = i - period + 1;
  const whole = period & ~3;
  const own = typicals[i];
  const typicalAt = (j: number): number =>
    j >= start ? typicals[j] : (inputs[0][j] + inputs[1][j] + inputs[2][j]) / 3;
  lanes.fill(0);
  for (let k = 0; k < period; k++) lanes[k < whole ? k & 3 : 0] += typicalAt(first + k) - own;
  const mean = (lanes[0] + lanes[1] + (lanes[2] + lanes[3])) / period;
  const center = own + mean;
  lanes.fill(0);
  for (let k = 0; k < period; k++) lanes[k < whole ? k & 3 : 0] += Math.abs(typicalAt(first + k) - center);
  return result(mean, lanes[0] + lanes[1] + (lanes[2] + lanes[3]), period);
}

/**
 * @param mean distance of the window's mean from the row's own typical price
 * @param deviations sum of the distances from that mean
 */
function result(mean: number, deviations: number, period: number): number {
  // 0 - mean: a mean of 0 must not become -0.
  return deviations === 0 ? 0 : (0 - mean) / (0.015 * (deviations / period));
}
