import type { Kernel } from '../kernel.js';
import { isInPlace, MEMORY } from '../wasm/columns.js';
import { wasm } from '../wasm/module.js';
import { blankWarmUp, columnOf } from '../window/warm-up.js';

const ROW = 0;
const DISTANCE = 1;
const BYTES = Float64Array.BYTES_PER_ELEMENT;
/** Chains that hide each other's latency, and where the module looks for them. */
const LANES = 8;
const keeps = new Float64Array(MEMORY, wasm.emaLanes.value, LANES);
const distances = new Float64Array(MEMORY, wasm.emaLanes.value + LANES * BYTES, LANES);
const places = new Uint32Array(MEMORY, wasm.emaLanes.value + 2 * LANES * BYTES, LANES);

/**
 * Exponential moving average, seeded with the mean of the first `period` values. TA-Lib EMA.
 *
 * Carried as the distance d = x - ema: ema + k (x - ema) becomes d' = (1 - k)(d + dx). One addition and one multiplication
 * stand in the chain from row to row instead of three operations, and equal values give exactly themselves. The seed is
 * the same recursion with the weights of a running mean.
 */
export const ema: Kernel = {
  name: 'ema',
  title: 'Exponential moving average',
  version: 1,
  inputs: ['value'],
  params: [
    { name: 'period', title: 'Rows of the seed; smoothing factor 2 / (period + 1)', min: 1, whole: true },
  ],
  outputs: ['ema'],
  lookback: ({ period }) => period - 1,
  history: () => 1,
  stateSize: () => 2,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const x = inputs[0];
    const out = outputs[0];
    const period = params.period;
    const keep = 1 - 2 / (period + 1);
    const firstRow = state[ROW];
    let distance = state[DISTANCE];
    let previous = firstRow > 0 ? x[start - 1] : x[start];
    const seedEnd = columnOf(period, firstRow, start, end);
    for (let i = start; i < seedEnd; i++) {
      const row = firstRow + i - start;
      distance = (row / (row + 1)) * (distance + (x[i] - previous));
      previous = x[i];
      out[i] = previous - distance;
    }
    for (let i = seedEnd; i < end; i++) {
      const value = x[i];
      distance = keep * (distance + (value - previous));
      previous = value;
      out[i] = value - distance;
    }
    blankWarmUp(out, start, end, firstRow, period - 1);
    state[ROW] = firstRow + end - start;
    state[DISTANCE] = distance;
  },
  runTogether(inputs, params, states, outputs, start, end) {
    let seeded = start;
    for (let i = 0; i < params.length; i++)
      seeded = Math.max(seeded, columnOf(params[i].period, states[i][ROW], start, end));
    for (let i = 0; i < params.length; i++) ema.run(inputs, params[i], states[i], outputs[i], start, seeded);
    if (seeded === end) return;
    if (!isInPlace(inputs) || !areInPlace(outputs)) {
      for (let i = 0; i < params.length; i++) ema.run(inputs, params[i], states[i], outputs[i], seeded, end);
      return;
    }
    const x = inputs[0].byteOffset + seeded * BYTES;
    for (let first = 0; first < params.length; first += LANES) {
      for (let lane = 0; lane < LANES; lane++) {
        // Lanes left over compute the last one again: the same values to the same place.
        const i = Math.min(first + lane, params.length - 1);
        keeps[lane] = 1 - 2 / (params[i].period + 1);
        distances[lane] = states[i][DISTANCE];
        places[lane] = outputs[i][0].byteOffset + seeded * BYTES;
      }
      wasm.emas(x, end - seeded);
      for (let i = first; i < Math.min(first + LANES, params.length); i++) {
        states[i][DISTANCE] = distances[i - first];
        states[i][ROW] += end - seeded;
      }
    }
  },
};

function areInPlace(outputs: readonly (readonly Float64Array[])[]): boolean {
  for (let i = 0; i < outputs.length; i++) if (!isInPlace(outputs[i])) return false;
  return true;
}
