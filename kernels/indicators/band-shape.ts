import type { Kernel } from '../kernel.js';
import { wasm } from '../wasm/module.js';
import { runWasm, type WasmCall } from '../wasm/run.js';

const call: WasmCall = ({ inputs, outputs }, rows) =>
  wasm.bandShape(inputs[0], inputs[1], inputs[2], inputs[3], outputs[0], outputs[1], rows);

/** Width of a band relative to its middle, and where a value stands in it; the latter unknown when it has no width. */
export const bandShape: Kernel = {
  name: 'band_shape',
  title: 'Width of a band and position in it',
  version: 1,
  inputs: ['value', 'upper', 'middle', 'lower'],
  params: [],
  outputs: ['width', 'percent_b'],
  lookback: () => 0,
  history: () => 0,
  stateSize: () => 0,
  run(inputs, params, state, outputs, start, end) {
    runWasm(bandShape, call, inputs, params, state, outputs, start, end);
  },
};
