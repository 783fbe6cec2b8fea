import type { Kernel } from '../kernel.js';
import { wasm } from '../wasm/module.js';
import { runWasm, type WasmCall } from '../wasm/run.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
const call: WasmCall = ({ state, inputs, outputs }, rows, params) =>
  wasm.bbands(state, inputs[0], outputs[0], outputs[1], outputs[2], rows, params.period, params.width);

/**
 * Bollinger bands: simple moving average (bit for bit the kernel sma's) and `width` population deviations around it. TA-Lib
 * BBANDS without its cancellation: see `suffixMoments` of the module.
 */
export const bbands: Kernel = {
  name: 'bbands',
  title: 'Bollinger bands',
  version: 2,
  inputs: ['value'],
  params: [
    { name: 'period', title: 'Rows of the window', min: 1, whole: true },
    { name: 'width', title: 'Deviations between the middle and each band', min: 0, whole: false },
  ],
  outputs: ['upper', 'middle', 'lower'],
  lookback: ({ period }) => period - 1,
  history: ({ period }) => period - 1,
  stateSize: () => 3,
  run(inputs, params, state, outputs, start, end) {
    const firstRow = state[ROW];
    runWasm(bbands, call, inputs, params, state, outputs, start, end);
    blankWarmUp(outputs[0], start, end, firstRow, params.period - 1);
    blankWarmUp(outputs[1], start, end, firstRow, params.period - 1);
    blankWarmUp(outputs[2], start, end, firstRow, params.period - 1);
  },
};
