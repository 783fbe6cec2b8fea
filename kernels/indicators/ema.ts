import type { Kernel } from '../kernel.js';
import { blankWarmUp, columnOf } from '../window/warm-up.js';

const ROW = 0;
const DISTANCE = 1;

/**
 * Exponential moving average, seeded with the mean of the first `period` values. TA-Lib EMA.
 *
 * Carried as the distance d = x - ema: ema + k (x - ema) becomes d' = (1 - k)(d + dx). One addition and one multiplication
 * stand in the chain from row to row instead of three operations, and equal values give exactly themselves. The seed is
 * the same recursion with the weights of a running mean.
 */
export const ema: Kernel = {
  name: 'ema',
  title: 'Exponential moving average',
  version: 1,
  inputs: ['value'],
  params: [
    { name: 'period', title: 'Rows of the seed; smoothing factor 2 / (period + 1)', min: 1, whole: true },
  ],
  outputs: ['ema'],
  lookback: ({ period }) => period - 1,
  history: () => 1,
  stateSize: () => 2,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const x = inputs[0];
    const out = outputs[0];
    const period = params.period;
    const keep = 1 - 2 / (period + 1);
    const firstRow = state[ROW];
    let distance = state[DISTANCE];
    let previous = firstRow > 0 ? x[start - 1] : x[start];
    const seedEnd = columnOf(period, firstRow, start, end);
    for (let i = start; i < seedEnd; i++) {
      const row = firstRow + i - start;
      distance = (row / (row + 1)) * (distance + (x[i] - previous));
      previous = x[i];
      out[i] = previous - distance;
    }
    for (let i = seedEnd; i < end; i++) {
      const value = x[i];
      distance = keep * (distance + (value - previous));
      previous = value;
      out[i] = value - distance;
    }
    blankWarmUp(out, start, end, firstRow, period - 1);
    state[ROW] = firstRow + end - start;
    state[DISTANCE] = distance;
  },
};
