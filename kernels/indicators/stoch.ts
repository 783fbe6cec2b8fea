import type { Kernel } from '../kernel.js';
import { SEGMENT } from '../window/blocks.js';
import { followHighest, followLowest } from '../window/extremes.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
/** Rows between the holder of the extreme and the next row to come; 0 before the first row. */
const HIGHEST_AGE = 1;
const LOWEST_AGE = 2;
/** Fast %K and slow %K of the row before and of the one before that. */
const FAST1 = 3;
const FAST2 = 4;
const SLOW1 = 5;
const SLOW2 = 6;
const tops = new Float64Array(SEGMENT);
const bottoms = new Float64Array(SEGMENT);

/**
 * Stochastic oscillator and Williams %R, which is fast %K - 100. TA-Lib STOCH(period, 3, SMA, 3, SMA) and WILLR; a window with
 * high = low counts as 50 (-50).
 */
export const stoch: Kernel = {
  name: 'stoch',
  title: 'Stochastic oscillator and Williams %R',
  version: 1,
  inputs: ['high', 'low', 'close'],
  params: [
    { name: 'period', title: 'Rows of the window of fast %K; both smoothings take 3', min: 1, whole: true },
  ],
  outputs: ['k', 'd', 'williams_r'],
  lookback: ({ period }, output) => (output === 2 ? period - 1 : period + 3),
  history: ({ period }) => period,
  stateSize: () => 7,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const highs = inputs[0];
    const lows = inputs[1];
    const closes = inputs[2];
    const outK = outputs[0];
    const outD = outputs[1];
    const outWilliams = outputs[2];
    const period = params.period;
    const firstRow = state[ROW];
    let highestAt = (start - state[HIGHEST_AGE]) | 0;
    let lowestAt = (start - state[LOWEST_AGE]) | 0;
    let fast1 = state[FAST1];
    let fast2 = state[FAST2];
    let slow1 = state[SLOW1];
    let slow2 = state[SLOW2];
    for (let from = start; from < end; from += SEGMENT) {
      const to = Math.min(from + SEGMENT, end);
      highestAt = followHighest(highs, period, from, to, highestAt, tops, from);
      lowestAt = followLowest(lows, period, from, to, lowestAt, bottoms, from);
      for (let i = from; i < to; i++) {
        const bottom = bottoms[i - from];
        const range = tops[i - from] - bottom;
        const fast = range === 0 ? 50 : 100 * ((closes[i] - bottom) / range);
        // The two older ones first: three equal values then have exactly that mean.
        const slow = (fast2 + fast1 + fast) / 3;
        outWilliams[i] = fast - 100;
        outK[i] = slow;
        outD[i] = (slow2 + slow1 + slow) / 3;
        fast2 = fast1;
        fast1 = fast;
        slow2 = slow1;
        slow1 = slow;
      }
    }
    blankWarmUp(outK, start, end, firstRow, period + 3);
    blankWarmUp(outD, start, end, firstRow, period + 3);
    blankWarmUp(outWilliams, start, end, firstRow, period - 1);
    state[ROW] = firstRow + end - start;
    state[HIGHEST_AGE] = end - highestAt;
    state[LOWEST_AGE] = end - lowestAt;
    state[FAST1] = fast1;
    state[FAST2] = fast2;
    state[SLOW1] = slow1;
    state[SLOW2] = slow2;
  },
};
