import type { Kernel } from '../kernel.js';
import { wasm } from '../wasm/module.js';
import { runWasm, type WasmCall } from '../wasm/run.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
const call: WasmCall = ({ state, inputs, outputs }, rows, params) =>
  wasm.dmi(state, inputs[0], inputs[1], inputs[2], outputs[0], outputs[1], outputs[2], rows, params.period);

/**
 * Wilder's directional movement: +DI, -DI and ADX. TA-Lib PLUS_DI, MINUS_DI, ADX; when both DI are 0 the row's ADX is the row
 * before's (among the first `period` DX such a row counts 0).
 */
export const dmi: Kernel = {
  name: 'dmi',
  title: 'Directional movement',
  version: 1,
  inputs: ['high', 'low', 'close'],
  params: [{ name: 'period', title: "Period of Wilder's smoothing", min: 2, whole: true }],
  outputs: ['adx', 'plus_di', 'minus_di'],
  lookback: ({ period }, output) => (output === 0 ? 2 * period - 1 : period),
  history: () => 1,
  stateSize: () => 5,
  run(inputs, params, state, outputs, start, end) {
    const firstRow = state[ROW];
    runWasm(dmi, call, inputs, params, state, outputs, start, end);
    blankWarmUp(outputs[0], start, end, firstRow, 2 * params.period - 1);
    blankWarmUp(outputs[1], start, end, firstRow, params.period);
    blankWarmUp(outputs[2], start, end, firstRow, params.period);
  },
};
