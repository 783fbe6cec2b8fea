import type { Kernel } from '../kernel.js';
import { wasm } from '../wasm/module.js';
import { runWasm, type WasmCall } from '../wasm/run.js';

const call: WasmCall = ({ state, inputs, outputs }, rows, params) =>
  wasm.cci(state, inputs[0], inputs[1], inputs[2], outputs[0], rows, params.period);

/**
 * Commodity channel index: distance of the typical price from its mean over 0.015 mean deviations. TA-Lib CCI; 0 when the mean
 * deviation is 0.
 *
 * Rows are taken in blocks of `period`, anchored at the partition's first row, and prices as distances from that of the block's first
 * row: it is in every window that ends in the block, so distances are at most the window's range, and exactly 0 where its
 * prices are equal. Their sums are van Herk's (see `SEGMENT`); the deviations of a window are added up afresh, oldest first,
 * as the mean deviation allows no recursion.
 */
export const cci: Kernel = {
  name: 'cci',
  title: 'Commodity channel index',
  version: 2,
  inputs: ['high', 'low', 'close'],
  params: [{ name: 'period', title: 'Rows of the window', min: 1, whole: true }],
  outputs: ['cci'],
  lookback: ({ period }) => period - 1,
  history: ({ period }) => period - 1,
  stateSize: () => 1,
  run(inputs, params, state, outputs, start, end) {
    runWasm(cci, call, inputs, params, state, outputs, start, end);
  },
};
