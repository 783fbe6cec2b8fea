import type { Kernel } from '../kernel.js';
import { followHighest, followLowest } from '../window/extremes.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
/** Rows between the holder of the extreme and the next row to come; 0 before the first row. */
const HIGHEST_AGE = 1;
const LOWEST_AGE = 2;

/** Donchian channel: the highest high and the lowest low of the last `period` rows, this one included. TA-Lib MAX, MIN. */
export const donchian: Kernel = {
  name: 'donchian',
  title: 'Donchian channel',
  version: 1,
  inputs: ['high', 'low'],
  params: [{ name: 'period', title: 'Rows of the window', min: 1, whole: true }],
  outputs: ['upper', 'lower'],
  lookback: ({ period }) => period - 1,
  history: ({ period }) => period,
  stateSize: () => 3,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const highs = inputs[0];
    const lows = inputs[1];
    const outUpper = outputs[0];
    const outLower = outputs[1];
    const period = params.period;
    const firstRow = state[ROW];
    let highestAt = (start - state[HIGHEST_AGE]) | 0;
    let lowestAt = (start - state[LOWEST_AGE]) | 0;
    highestAt = followHighest(highs, period, start, end, highestAt, outUpper, 0);
    lowestAt = followLowest(lows, period, start, end, lowestAt, outLower, 0);
    blankWarmUp(outUpper, start, end, firstRow, period - 1);
    blankWarmUp(outLower, start, end, firstRow, period - 1);
    state[ROW] = firstRow + end - start;
    state[HIGHEST_AGE] = end - highestAt;
    state[LOWEST_AGE] = end - lowestAt;
  },
};
