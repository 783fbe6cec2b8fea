import type { Kernel } from '../kernel.js';
import { SEGMENT, segmentEnd, suffixSums } from '../window/blocks.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
const SUM = 1;
const suffix = new Float64Array(SEGMENT);

/**
 * Simple moving average. TA-Lib SMA. Block sums of the distances from the block's first row, which is in every window that ends in
 * the block: a window of equal values has exactly that mean.
 */
export const sma: Kernel = {
  name: 'sma',
  title: 'Simple moving average',
  version: 2,
  inputs: ['value'],
  params: [{ name: 'period', title: 'Rows of the window', min: 1, whole: true }],
  outputs: ['sma'],
  lookback: ({ period }) => period - 1,
  history: ({ period }) => period - 1,
  stateSize: () => 2,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const x = inputs[0];
    const out = outputs[0];
    const period = params.period;
    const inverse = 1 / period;
    const firstRow = state[ROW];
    let position = (firstRow % period) | 0;
    let isFirst = firstRow < period;
    let sum = state[SUM];
    for (let from = start; from < end; ) {
      const to = segmentEnd(from, end, position, period);
      const block = from - position;
      const anchor = x[block];
      suffixSums(x, anchor, period, block, isFirst, from, to, suffix);
      if (position === 0) sum = 0;
      for (let i = from; i < to; i++) {
        sum += x[i] - anchor;
        out[i] = anchor + (suffix[i - from] + sum) * inverse;
      }
      position += to - from;
      if (position === period) {
        position = 0;
        isFirst = false;
      }
      from = to;
    }
    blankWarmUp(out, start, end, firstRow, period - 1);
    state[ROW] = firstRow + end - start;
    state[SUM] = sum;
  },
};
