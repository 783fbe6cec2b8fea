import type { Kernel } from '../kernel.js';

/** How far a column stands from a reference, as a fraction of the reference, row by row. */
export const deviation: Kernel = {
  name: 'deviation',
  title: 'Relative distance from a reference',
  version: 1,
  inputs: ['value', 'reference'],
  params: [],
  outputs: ['deviation'],
  lookback: () => 0,
  history: () => 0,
  stateSize: () => 0,
  run(inputs, _params, _state, outputs, start, end) {
    const value = inputs[0];
    const reference = inputs[1];
    const out = outputs[0];
    for (let i = start; i < end; i++) out[i] = (value[i] - reference[i]) / reference[i];
  },
};
