import type { Kernel } from '../kernel.js';
import { wasm } from '../wasm/module.js';
import { runWasm, type WasmCall } from '../wasm/run.js';
import { columnOf } from '../window/warm-up.js';

const ROW = 0;
const call: WasmCall = ({ inputs, outputs }, rows, params) =>
  wasm.roc(inputs[0], outputs[0], rows, params.period);

/** Change over `period` rows in percent. TA-Lib ROC. */
export const roc: Kernel = {
  name: 'roc',
  title: 'Rate of change',
  version: 1,
  inputs: ['value'],
  params: [{ name: 'period', title: 'Rows between the two values', min: 1, whole: true }],
  outputs: ['roc'],
  lookback: ({ period }) => period,
  history: ({ period }) => period,
  stateSize: () => 1,
  run(inputs, params, state, outputs, start, end) {
    const known = columnOf(params.period, state[ROW], start, end);
    outputs[0].fill(Number.NaN, start, known);
    runWasm(roc, call, inputs, params, state, outputs, known, end);
    state[ROW] += end - start;
  },
};
