import type { Kernel } from '../kernel.js';
import { wasm } from '../wasm/module.js';
import { runWasm, type WasmCall } from '../wasm/run.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
const call: WasmCall = ({ state, inputs, outputs }, rows, params) =>
  wasm.sma(state, inputs[0], outputs[0], rows, params.period);

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
    const firstRow = state[ROW];
    runWasm(sma, call, inputs, params, state, outputs, start, end);
    blankWarmUp(outputs[0], start, end, firstRow, params.period - 1);
  },
};
