import type { Kernel } from '../kernel.js';
import { rollingRange } from '../window/range.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;

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
  stateSize: () => 1,
  run(inputs, params, state, outputs, start, end) {
    const outUpper = outputs[0];
    const outLower = outputs[1];
    const period = params.period;
    const firstRow = state[ROW];
    rollingRange(inputs[0], inputs[1], period, (start - firstRow) | 0, start, end, outUpper, outLower);
    blankWarmUp(outUpper, start, end, firstRow, period - 1);
    blankWarmUp(outLower, start, end, firstRow, period - 1);
    state[ROW] = firstRow + end - start;
  },
};
