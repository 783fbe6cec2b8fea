import type { Kernel } from '../kernel.js';

/** Width of a band relative to its middle, and where a value stands in it; the latter unknown when it has no width. */
export const bandShape: Kernel = {
  name: 'band_shape',
  title: 'Width of a band and position in it',
  version: 1,
  inputs: ['value', 'upper', 'middle', 'lower'],
  params: [],
  outputs: ['width', 'percent_b'],
  lookback: () => 0,
  history: () => 0,
  stateSize: () => 0,
  run(inputs, _params, _state, outputs, start, end) {
    const value = inputs[0];
    const upper = inputs[1];
    const middle = inputs[2];
    const lower = inputs[3];
    const outWidth = outputs[0];
    const outPosition = outputs[1];
    for (let i = start; i < end; i++) {
      const width = upper[i] - lower[i];
      outWidth[i] = width / middle[i];
      // Without a width 0 / 0, which is unknown. (V8 takes twice the time over a NaN that is chosen by a condition.)
      outPosition[i] = ((value[i] - lower[i]) * Number(width !== 0)) / width;
    }
  },
};
