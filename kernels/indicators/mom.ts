import type { Kernel } from '../kernel.js';
import { wasm } from '../wasm/module.js';
import { runWasm, type WasmCall } from '../wasm/run.js';
import { columnOf } from '../window/warm-up.js';

const ROW = 0;
const call: WasmCall = ({ inputs, outputs }, rows, params) =>
  wasm.difference(inputs[0], inputs[0] - 8 * params.period, outputs[0], rows);

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
    const known = columnOf(params.period, state[ROW], start, end);
    outputs[0].fill(Number.NaN, start, known);
    runWasm(mom, call, inputs, params, state, outputs, known, end);
    state[ROW] += end - start;
  },
};
