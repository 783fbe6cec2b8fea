import type { Kernel } from '../kernel.js';

const ROW = 0;
const TOTAL = 1;

/** Added to a size before dividing by it, so that 0 / 0 becomes 0; lost in any change that a price can have. */
const NOTHING = 1e-290;

/** On-balance volume: begins at the first row's volume. TA-Lib OBV. The sign of the change is made without a branch. */
export const obv: Kernel = {
  name: 'obv',
  title: 'On-balance volume',
  version: 1,
  inputs: ['value', 'volume'],
  params: [],
  outputs: ['obv'],
  lookback: () => 0,
  history: () => 1,
  stateSize: () => 2,
  run(inputs, _params, state, outputs, start, end) {
    if (start >= end) return;
    const x = inputs[0];
    const volumes = inputs[1];
    const out = outputs[0];
    const isFirst = state[ROW] === 0;
    let previous = isFirst ? x[start] : x[start - 1];
    // The first row's change is 0 and would add nothing: it starts from its own volume.
    let total = isFirst ? volumes[start] : state[TOTAL];
    for (let i = start; i < end; i++) {
      const change = x[i] - previous;
      previous = x[i];
      total += volumes[i] * (change / (Math.abs(change) + NOTHING));
      out[i] = total;
    }
    state[ROW] += end - start;
    state[TOTAL] = total;
  },
};
