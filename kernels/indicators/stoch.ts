import type { Kernel } from '../kernel.js';
import { rollingRange } from '../window/range.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
/** Fast %K and slow %K of the row before and of the one before that. */
const FAST1 = 1;
const FAST2 = 2;
const SLOW1 = 3;
const SLOW2 = 4;

/** Mean of three values, without a division; of equal ones exactly that value. */
function meanOf(a: number, b: number, c: number): number {
  return a + (b - a + (c - a)) * (1 / 3);
}

/**
 * Stochastic oscillator and Williams %R, which is fast %K - 100. TA-Lib STOCH(period, 3, SMA, 3, SMA) and WILLR; a window with
 * high = low counts as 50 (-50).
 */
export const stoch: Kernel = {
  name: 'stoch',
  title: 'Stochastic oscillator and Williams %R',
  version: 2,
  inputs: ['high', 'low', 'close'],
  params: [
    { name: 'period', title: 'Rows of the window of fast %K; both smoothings take 3', min: 1, whole: true },
  ],
  outputs: ['k', 'd', 'williams_r'],
  lookback: ({ period }, output) => (output === 2 ? period - 1 : period + 3),
  history: ({ period }) => period,
  stateSize: () => 5,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const closes = inputs[2];
    const outK = outputs[0];
    const outD = outputs[1];
    const outWilliams = outputs[2];
    const period = params.period;
    const firstRow = state[ROW];
    let fast1 = state[FAST1];
    let fast2 = state[FAST2];
    let slow1 = state[SLOW1];
    let slow2 = state[SLOW2];
    // The extremes stand where the results will.
    rollingRange(inputs[0], inputs[1], period, (start - firstRow) | 0, start, end, outK, outD);
    for (let i = start; i < end; i++) {
      const bottom = outD[i];
      const range = outK[i] - bottom;
      const fast = range === 0 ? 50 : 100 * ((closes[i] - bottom) / range);
      const slow = meanOf(fast1, fast2, fast);
      outWilliams[i] = fast - 100;
      outK[i] = slow;
      outD[i] = meanOf(slow1, slow2, slow);
      fast2 = fast1;
      fast1 = fast;
      slow2 = slow1;
      slow1 = slow;
    }
    blankWarmUp(outK, start, end, firstRow, period + 3);
    blankWarmUp(outD, start, end, firstRow, period + 3);
    blankWarmUp(outWilliams, start, end, firstRow, period - 1);
    state[ROW] = firstRow + end - start;
    state[FAST1] = fast1;
    state[FAST2] = fast2;
    state[SLOW1] = slow1;
    state[SLOW2] = slow2;
  },
};
