import type { Kernel } from '../kernel.js';
import { blankWarmUp, columnOf } from '../window/warm-up.js';

const ROW = 0;
const DISTANCE = 1;
const RANGE = 2;

/**
 * Average true range with Wilder's smoothing, seeded with the mean of the true ranges of rows 1 to `period`. TA-Lib ATR.
 * Carried as the distance of the true range from its average, as in the kernel ema: equal ranges give exactly themselves.
 */
export const atr: Kernel = {
  name: 'atr',
  title: 'Average true range',
  version: 1,
  inputs: ['high', 'low', 'close'],
  params: [{ name: 'period', title: "Period of Wilder's smoothing", min: 1, whole: true }],
  outputs: ['atr'],
  lookback: ({ period }) => period,
  history: () => 1,
  stateSize: () => 3,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const highs = inputs[0];
    const lows = inputs[1];
    const closes = inputs[2];
    const out = outputs[0];
    const period = params.period;
    const keep = (period - 1) / period;
    const firstRow = state[ROW];
    let distance = state[DISTANCE];
    let previousRange = state[RANGE];
    let previousClose = firstRow > 0 ? closes[start - 1] : closes[start];
    const seedEnd = columnOf(period + 1, firstRow, start, end);
    for (let i = start; i < seedEnd; i++) {
      const range = trueRange(highs[i], lows[i], previousClose);
      // The seed is a running mean over rows 1, 2, ...: weight 0 for its first row, which ends row 0's influence.
      const row = Math.max(firstRow + i - start - 1, 0);
      distance = (row / (row + 1)) * (distance + (range - previousRange));
      previousRange = range;
      previousClose = closes[i];
      out[i] = range - distance;
    }
    for (let i = seedEnd; i < end; i++) {
      const range = trueRange(highs[i], lows[i], previousClose);
      distance = keep * (distance + (range - previousRange));
      previousRange = range;
      previousClose = closes[i];
      out[i] = range - distance;
    }
    blankWarmUp(out, start, end, firstRow, period);
    state[ROW] = firstRow + end - start;
    state[DISTANCE] = distance;
    state[RANGE] = previousRange;
  },
};

function trueRange(high: number, low: number, previousClose: number): number {
  const top = previousClose > high ? previousClose : high;
  const bottom = previousClose < low ? previousClose : low;
  return top - bottom;
}
