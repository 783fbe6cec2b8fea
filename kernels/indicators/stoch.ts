import type { Kernel } from '../kernel.js';
import { wasm } from '../wasm/module.js';
import { runWasm, type WasmCall } from '../wasm/run.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
const call: WasmCall = ({ state, inputs, outputs }, rows, params) =>
  wasm.stoch(state, inputs[0], inputs[1], inputs[2], outputs[0], outputs[1], outputs[2], rows, params.period);

/**
 * Stochastic oscillator and Williams %R, which is fast %K - 100. TA-Lib STOCH(period, 3, SMA, 3, SMA) and WILLR; a window with
 * high = low counts as 50 (-50).
 */
export const stoch: Kernel = {
  name: 'stoch',
  title: 'Stochastic oscillator and Williams %R',
  version: 2,
  inputs: ['high', 'low', 'close'],
  params: [
    { name: 'period', title: 'Rows of the window of fast %K; both smoothings take 3', min: 1, whole: true },
  ],
  outputs: ['k', 'd', 'williams_r'],
  lookback: ({ period }, output) => (output === 2 ? period - 1 : period + 3),
  history: ({ period }) => period,
  stateSize: () => 5,
  run(inputs, params, state, outputs, start, end) {
    const firstRow = state[ROW];
    runWasm(stoch, call, inputs, params, state, outputs, start, end);
    blankWarmUp(outputs[0], start, end, firstRow, params.period + 3);
    blankWarmUp(outputs[1], start, end, firstRow, params.period + 3);
    blankWarmUp(outputs[2], start, end, firstRow, params.period - 1);
  },
};
