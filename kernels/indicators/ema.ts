import type { Kernel, Params } from '../kernel.js';
import { blankWarmUp, columnOf } from '../window/warm-up.js';

const ROW = 0;
const DISTANCE = 1;
/** Chains that hide each other's latency. */
const AT_ONCE = 4;

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
    for (let i = 0; i < params.length; i += AT_ONCE)
      runFour(inputs[0], params, states, outputs, i, seeded, end);
  },
};

/**
 * Rows `[start, end)`, all past their seeds, of the EMAs `first` to `first + 3`; where there are fewer, the last one is computed
 * again in the lanes left over (the same values to the same place).
 */
function runFour(
  x: Float64Array,
  params: readonly Params[],
  states: readonly Float64Array[],
  outputs: readonly (readonly Float64Array[])[],
  first: number,
  start: number,
  end: number,
): void {
  const last = params.length - 1;
  const b = Math.min(first + 1, last);
  const c = Math.min(first + 2, last);
  const d = Math.min(first + 3, last);
  const outA = outputs[first][0];
  const outB = outputs[b][0];
  const outC = outputs[c][0];
  const outD = outputs[d][0];
  const keepA = 1 - 2 / (params[first].period + 1);
  const keepB = 1 - 2 / (params[b].period + 1);
  const keepC = 1 - 2 / (params[c].period + 1);
  const keepD = 1 - 2 / (params[d].period + 1);
  let distanceA = states[first][DISTANCE];
  let distanceB = states[b][DISTANCE];
  let distanceC = states[c][DISTANCE];
  let distanceD = states[d][DISTANCE];
  let previous = x[start - 1];
  for (let i = start; i < end; i++) {
    const value = x[i];
    const step = value - previous;
    previous = value;
    distanceA = keepA * (distanceA + step);
    distanceB = keepB * (distanceB + step);
    distanceC = keepC * (distanceC + step);
    distanceD = keepD * (distanceD + step);
    outA[i] = value - distanceA;
    outB[i] = value - distanceB;
    outC[i] = value - distanceC;
    outD[i] = value - distanceD;
  }
  states[first][DISTANCE] = distanceA;
  states[b][DISTANCE] = distanceB;
  states[c][DISTANCE] = distanceC;
  states[d][DISTANCE] = distanceD;
  for (let i = first; i <= d; i++) states[i][ROW] += end - start;
}
