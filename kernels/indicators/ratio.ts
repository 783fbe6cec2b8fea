import type { Kernel } from '../kernel.js';

/** One column divided by another, row by row; unknown when either is, or when the divisor is 0. */
export const ratio: Kernel = {
  name: 'ratio',
  title: 'Ratio of two columns',
  version: 1,
  inputs: ['value', 'divisor'],
  params: [],
  outputs: ['ratio'],
  lookback: () => 0,
  history: () => 0,
  stateSize: () => 0,
  run(inputs, _params, _state, outputs, start, end) {
    const value = inputs[0];
    const divisor = inputs[1];
    const out = outputs[0];
    for (let i = start; i < end; i++) {
      const below = divisor[i];
      out[i] = below === 0 ? Number.NaN : value[i] / below;
    }
  },
};
