import type { Kernel } from '../kernel.js';
import { SEGMENT } from '../window/blocks.js';
import { followHighest, followLowest } from '../window/extremes.js';
import { blankWarmUp } from '../window/warm-up.js';

/** Known rows so far. */
const ROW = 0;
/** Rows between the holder of the extreme and the next row to come; 0 before the first row. */
const HIGHEST_AGE = 1;
const LOWEST_AGE = 2;

const tops = new Float64Array(SEGMENT);
const bottoms = new Float64Array(SEGMENT);

/** A range of an oscillator below this is rounding, not movement. */
const FLAT = 1e-9;

/** Where a value stands between the lowest and the highest of its last `period` values, in percent; 50 when it did not move. */
export const stochRsi: Kernel = {
  name: 'stoch_rsi',
  title: 'Stochastic RSI',
  version: 1,
  inputs: ['rsi'],
  params: [{ name: 'period', title: 'Rows of the window', min: 1, whole: true }],
  outputs: ['stoch_rsi'],
  lookback: ({ period }) => period - 1,
  history: ({ period }) => period,
  stateSize: () => 3,
  run(inputs, params, state, outputs, start, end) {
    const x = inputs[0];
    const out = outputs[0];
    const period = params.period;
    const firstRow = state[ROW];
    let known = start;
    // The input's own warm-up: rows are counted from its first known one.
    if (firstRow === 0) while (known < end && Number.isNaN(x[known])) known++;
    out.fill(Number.NaN, start, known);
    if (known >= end) return;
    let highestAt = (known - state[HIGHEST_AGE]) | 0;
    let lowestAt = (known - state[LOWEST_AGE]) | 0;
    for (let from = known; from < end; from += SEGMENT) {
      const to = Math.min(from + SEGMENT, end);
      highestAt = followHighest(x, period, from, to, highestAt, tops, from);
      lowestAt = followLowest(x, period, from, to, lowestAt, bottoms, from);
      for (let i = from; i < to; i++) {
        const bottom = bottoms[i - from];
        const range = tops[i - from] - bottom;
        out[i] = range < FLAT ? 50 : 100 * ((x[i] - bottom) / range);
      }
    }
    blankWarmUp(out, known, end, firstRow, period - 1);
    state[ROW] = firstRow + end - known;
    state[HIGHEST_AGE] = end - highestAt;
    state[LOWEST_AGE] = end - lowestAt;
  },
};
