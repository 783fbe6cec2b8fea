import type { Kernel } from '../kernel.js';
import { wasm } from '../wasm/module.js';
import { runWasm, type WasmCall } from '../wasm/run.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
const call: WasmCall = ({ state, inputs, outputs }, rows, params) =>
  wasm.donchian(state, inputs[0], inputs[1], outputs[0], outputs[1], rows, params.period);

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
    const firstRow = state[ROW];
    runWasm(donchian, call, inputs, params, state, outputs, start, end);
    blankWarmUp(outputs[0], start, end, firstRow, params.period - 1);
    blankWarmUp(outputs[1], start, end, firstRow, params.period - 1);
  },
};
