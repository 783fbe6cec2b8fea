import type { Kernel } from '../kernel.js';
import { wasm } from '../wasm/module.js';
import { runWasm, type WasmCall } from '../wasm/run.js';

const call: WasmCall = ({ state, inputs, outputs }, rows) =>
  wasm.vwap(state, inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], outputs[0], rows);

/**
 * Volume-weighted average price since 00:00 UTC of the day of the bar's open_time, over typical prices; unknown until the day has
 * volume. A bar of a day or longer never shares its opening day with another, so there the session is the bar.
 */
export const vwap: Kernel = {
  name: 'vwap',
  title: 'Volume-weighted average price of the day',
  version: 1,
  inputs: ['high', 'low', 'close', 'volume', 'open_time'],
  params: [],
  outputs: ['vwap'],
  lookback: () => 0,
  history: () => 0,
  stateSize: () => 3,
  run(inputs, params, state, outputs, start, end) {
    runWasm(vwap, call, inputs, params, state, outputs, start, end);
  },
};
