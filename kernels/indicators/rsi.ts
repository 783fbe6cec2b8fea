import type { Kernel } from '../kernel.js';
import { blankWarmUp, columnOf } from '../window/warm-up.js';

const ROW = 0;
const GAIN = 1;
const LOSS = 2;

/**
 * Relative strength index with Wilder's smoothing. TA-Lib RSI; 50 when average gain and loss are both 0.
 *
 * Only the ratio of the averages counts, so both are carried as sums twice as large: |d| + d and |d| - d, without a branch.
 */
export const rsi: Kernel = {
  name: 'rsi',
  title: 'Relative strength index',
  version: 1,
  inputs: ['value'],
  params: [{ name: 'period', title: "Period of Wilder's smoothing", min: 1, whole: true }],
  outputs: ['rsi'],
  lookback: ({ period }) => period,
  history: () => 1,
  stateSize: () => 3,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const x = inputs[0];
    const out = outputs[0];
    const period = params.period;
    const keep = (period - 1) / period;
    const firstRow = state[ROW];
    let gain = state[GAIN];
    let loss = state[LOSS];
    let previous = firstRow > 0 ? x[start - 1] : x[start];
    // Rows up to `period` make the seed: a plain sum (row 0 adds nothing).
    const seedEnd = columnOf(period + 1, firstRow, start, end);
    for (let i = start; i < seedEnd; i++) {
      const change = x[i] - previous;
      const size = Math.abs(change);
      previous = x[i];
      gain += size + change;
      loss += size - change;
      const total = gain + loss;
      out[i] = total === 0 ? 50 : 100 * (gain / total);
    }
    for (let i = seedEnd; i < end; i++) {
      const value = x[i];
      const change = value - previous;
      const size = Math.abs(change);
      previous = value;
      gain = gain * keep + (size + change);
      loss = loss * keep + (size - change);
      const total = gain + loss;
      out[i] = total === 0 ? 50 : 100 * (gain / total);
    }
    blankWarmUp(out, start, end, firstRow, period);
    state[ROW] = firstRow + end - start;
    state[GAIN] = gain;
    state[LOSS] = loss;
  },
};
