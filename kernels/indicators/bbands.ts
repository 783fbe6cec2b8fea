import type { Kernel } from '../kernel.js';
import { SEGMENT, segmentEnd } from '../window/blocks.js';
import { suffixMoments } from '../window/moments.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
const DISTANCES = 1;
const SQUARES = 2;
const distances = new Float64Array(SEGMENT);
const squares = new Float64Array(SEGMENT);

/**
 * Bollinger bands: simple moving average (bit for bit the kernel sma's) and `width` population deviations around it. TA-Lib
 * BBANDS without its cancellation: see `suffixMoments`.
 */
export const bbands: Kernel = {
  name: 'bbands',
  title: 'Bollinger bands',
  version: 2,
  inputs: ['value'],
  params: [
    { name: 'period', title: 'Rows of the window', min: 1, whole: true },
    { name: 'width', title: 'Deviations between the middle and each band', min: 0, whole: false },
  ],
  outputs: ['upper', 'middle', 'lower'],
  lookback: ({ period }) => period - 1,
  history: ({ period }) => period - 1,
  stateSize: () => 3,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const x = inputs[0];
    const upper = outputs[0];
    const middle = outputs[1];
    const lower = outputs[2];
    const period = params.period;
    const scale = params.width / Math.sqrt(period);
    const inverse = 1 / period;
    const firstRow = state[ROW];
    let position = (firstRow % period) | 0;
    let isFirst = firstRow < period;
    let distance = state[DISTANCES];
    let square = state[SQUARES];
    for (let from = start; from < end; ) {
      const to = segmentEnd(from, end, position, period);
      const block = from - position;
      const anchor = x[block];
      suffixMoments(x, anchor, period, block, isFirst, from, to, distances, squares);
      if (position === 0) {
        distance = 0;
        square = 0;
      }
      for (let i = from; i < to; i++) {
        const away = x[i] - anchor;
        distance += away;
        square += away * away;
        const total = distances[i - from] + distance;
        const shift = total * inverse;
        const spread = squares[i - from] + square - total * shift;
        const mean = anchor + shift;
        const reach = spread > 0 ? scale * Math.sqrt(spread) : 0;
        middle[i] = mean;
        upper[i] = mean + reach;
        lower[i] = mean - reach;
      }
      position += to - from;
      if (position === period) {
        position = 0;
        isFirst = false;
      }
      from = to;
    }
    blankWarmUp(upper, start, end, firstRow, period - 1);
    blankWarmUp(middle, start, end, firstRow, period - 1);
    blankWarmUp(lower, start, end, firstRow, period - 1);
    state[ROW] = firstRow + end - start;
    state[DISTANCES] = distance;
    state[SQUARES] = square;
  },
};
