import type { Kernel } from '../kernel.js';
import { wasm } from '../wasm/module.js';
import { runWasm, type WasmCall } from '../wasm/run.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
const call: WasmCall = ({ state, inputs, outputs }, rows, params) =>
  wasm.mfi(state, inputs[0], inputs[1], inputs[2], inputs[3], outputs[0], rows, params.period);

/**
 * Money flow index: rising money flow in percent of all. TA-Lib MFI; 50 when the flow is exactly 0.
 *
 * The rows' flows are first put where the results will stand. Then blocks (see `SEGMENT`) are taken from the last to the first,
 * because a result replaces a flow that only later windows need. Flows of rows before `start` are made again from the prices.
 */
export const mfi: Kernel = {
  name: 'mfi',
  title: 'Money flow index',
  version: 1,
  inputs: ['high', 'low', 'close', 'volume'],
  params: [{ name: 'period', title: 'Rows of the window', min: 1, whole: true }],
  outputs: ['mfi'],
  lookback: ({ period }) => period,
  history: ({ period }) => period,
  stateSize: () => 1,
  run(inputs, params, state, outputs, start, end) {
    const firstRow = state[ROW];
    runWasm(mfi, call, inputs, params, state, outputs, start, end);
    blankWarmUp(outputs[0], start, end, firstRow, params.period);
  },
};
