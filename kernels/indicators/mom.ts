import type { Kernel } from '../kernel.js';
import { columnOf } from '../window/warm-up.js';

const ROW = 0;

/** Change over `period` rows. TA-Lib MOM. */
export const mom: Kernel = {
  name: 'mom',
  title: 'Momentum',
  version: 1,
  inputs: ['value'],
  params: [{ name: 'period', title: 'Rows between the two values', min: 1, whole: true }],
  outputs: ['mom'],
  lookback: ({ period }) => period,
  history: ({ period }) => period,
  stateSize: () => 1,
  run(inputs, params, state, outputs, start, end) {
    const x = inputs[0];
    const out = outputs[0];
    const period = params.period;
    const known = columnOf(period, state[ROW], start, end);
    out.fill(Number.NaN, start, known);
    for (let i = known; i < end; i++) out[i] = x[i] - x[i - period];
    state[ROW] += end - start;
  },
};
