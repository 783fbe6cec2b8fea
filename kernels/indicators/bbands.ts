import type { Kernel } from '../kernel.js';
import { SEGMENT, segmentEnd, suffixSums } from '../window/blocks.js';
import { squaredDistances, suffixMoments } from '../window/moments.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
const SUM = 1;
const SAME = 2;
const DISTANCES = 3;
const SQUARES = 4;
const suffix = new Float64Array(SEGMENT);
const distances = new Float64Array(SEGMENT);
const squares = new Float64Array(SEGMENT);

/**
 * Bollinger bands: simple moving average (bit for bit the kernel sma's) and `width` population deviations around it. TA-Lib
 * BBANDS without its cancellation: see `suffixMoments`; the window that is a whole block is taken in two passes.
 */
export const bbands: Kernel = {
  name: 'bbands',
  title: 'Bollinger bands',
  version: 1,
  inputs: ['value'],
  params: [
    { name: 'period', title: 'Rows of the window', min: 1, whole: true },
    { name: 'width', title: 'Deviations between the middle and each band', min: 0, whole: false },
  ],
  outputs: ['upper', 'middle', 'lower'],
  lookback: ({ period }) => period - 1,
  history: ({ period }) => period,
  stateSize: () => 5,
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
    let sum = state[SUM];
    let same = state[SAME];
    let distance = state[DISTANCES];
    let square = state[SQUARES];
    let previous = firstRow > 0 ? x[start - 1] : Number.NaN;
    for (let from = start; from < end; ) {
      const to = segmentEnd(from, end, position, period);
      const block = from - position;
      // In the first block only its last row is known, and that is taken in two passes: any anchor will do.
      const anchor = isFirst ? x[block] : x[block - 1];
      suffixSums(x, period, block, isFirst, from, to, suffix);
      if (!isFirst) suffixMoments(x, anchor, period, block, from, to, distances, squares);
      if (position === 0) {
        sum = 0;
        distance = 0;
        square = 0;
      }
      for (let i = from; i < to; i++) {
        const value = x[i];
        const away = value - anchor;
        sum += value;
        distance += away;
        square += away * away;
        same = value === previous ? same + 1 : 1;
        previous = value;
        const total = distances[i - from] + distance;
        const spread = squares[i - from] + square - total * total * inverse;
        const mean = same >= period ? value : (suffix[i - from] + sum) / period;
        const reach = spread > 0 ? scale * Math.sqrt(spread) : 0;
        middle[i] = mean;
        upper[i] = mean + reach;
        lower[i] = mean - reach;
      }
      position += to - from;
      if (position === period) {
        const reach = scale * Math.sqrt(squaredDistances(x, to - period, to));
        upper[to - 1] = middle[to - 1] + reach;
        lower[to - 1] = middle[to - 1] - reach;
        position = 0;
        isFirst = false;
      }
      from = to;
    }
    blankWarmUp(upper, start, end, firstRow, period - 1);
    blankWarmUp(middle, start, end, firstRow, period - 1);
    blankWarmUp(lower, start, end, firstRow, period - 1);
    state[ROW] = firstRow + end - start;
    state[SUM] = sum;
    state[SAME] = same;
    state[DISTANCES] = distance;
    state[SQUARES] = square;
  },
};
