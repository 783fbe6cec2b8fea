import type { Kernel } from '../kernel.js';
import { SEGMENT, segmentEnd, suffixSums } from '../window/blocks.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
const SUM = 1;
const SAME = 2;
const suffix = new Float64Array(SEGMENT);

/** Simple moving average. TA-Lib SMA; block sums, and a window of equal values has exactly that mean. */
export const sma: Kernel = {
  name: 'sma',
  title: 'Simple moving average',
  version: 1,
  inputs: ['value'],
  params: [{ name: 'period', title: 'Rows of the window', min: 1, whole: true }],
  outputs: ['sma'],
  lookback: ({ period }) => period - 1,
  history: ({ period }) => Math.max(period - 1, 1),
  stateSize: () => 3,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const x = inputs[0];
    const out = outputs[0];
    const period = params.period;
    const firstRow = state[ROW];
    let position = (firstRow % period) | 0;
    let isFirst = firstRow < period;
    let sum = state[SUM];
    // Rows up to this one that are equal to it: sums round, so only a counter proves a window of equal values.
    let same = state[SAME];
    let previous = firstRow > 0 ? x[start - 1] : Number.NaN;
    for (let from = start; from < end; ) {
      const to = segmentEnd(from, end, position, period);
      suffixSums(x, period, from - position, isFirst, from, to, suffix);
      if (position === 0) sum = 0;
      for (let i = from; i < to; i++) {
        const value = x[i];
        sum += value;
        same = value === previous ? same + 1 : 1;
        previous = value;
        out[i] = same >= period ? value : (suffix[i - from] + sum) / period;
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
    state[SAME] = same;
  },
};
