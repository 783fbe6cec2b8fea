import type { Kernel } from '../kernel.js';

/** One column in percent of another, row by row. */
export const percentOf: Kernel = {
  name: 'percent_of',
  title: 'Percent of another column',
  version: 1,
  inputs: ['value', 'whole'],
  params: [],
  outputs: ['percent'],
  lookback: () => 0,
  history: () => 0,
  stateSize: () => 0,
  run(inputs, _params, _state, outputs, start, end) {
    const value = inputs[0];
    const whole = inputs[1];
    const out = outputs[0];
    for (let i = start; i < end; i++) out[i] = (100 * value[i]) / whole[i];
  },
};
