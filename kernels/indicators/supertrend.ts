import type { Kernel } from '../kernel.js';
import { blankWarmUp, columnOf } from '../window/warm-up.js';

const ROW = 0;
const DISTANCE = 1;
const RANGE = 2;
const UPPER = 3;
const LOWER = 4;
const DIRECTION = 5;

/**
 * Supertrend: bands of `width` average true ranges around (high + low) / 2 that only tighten while the close stays inside, and
 * the side the market is on: 1 above (the lower band is shown), -1 below (the upper band is). The average true range is the
 * kernel atr's, bit for bit.
 */
export const supertrend: Kernel = {
  name: 'supertrend',
  title: 'Supertrend',
  version: 1,
  inputs: ['high', 'low', 'close'],
  params: [
    { name: 'period', title: 'Period of the average true range', min: 1, whole: true },
    { name: 'width', title: 'Average true ranges between the middle and each band', min: 0, whole: false },
  ],
  outputs: ['supertrend', 'direction'],
  lookback: ({ period }) => period,
  history: () => 1,
  stateSize: () => 6,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const highs = inputs[0];
    const lows = inputs[1];
    const closes = inputs[2];
    const out = outputs[0];
    const outDirection = outputs[1];
    const period = params.period;
    const width = params.width;
    const keep = (period - 1) / period;
    const firstRow = state[ROW];
    let distance = state[DISTANCE];
    let previousRange = state[RANGE];
    let upper = state[UPPER];
    let lower = state[LOWER];
    let direction = state[DIRECTION];
    let previousClose = firstRow > 0 ? closes[start - 1] : closes[start];
    const seedEnd = columnOf(period + 1, firstRow, start, end);
    for (let i = start; i < end; i++) {
      const high = highs[i];
      const low = lows[i];
      const close = closes[i];
      const top = previousClose > high ? previousClose : high;
      const bottom = previousClose < low ? previousClose : low;
      const range = top - bottom;
      const row = i < seedEnd ? Math.max(firstRow + i - start - 1, 0) : 0;
      distance = (i < seedEnd ? row / (row + 1) : keep) * (distance + (range - previousRange));
      previousRange = range;
      const reach = width * (range - distance);
      const middle = (high + low) / 2;
      const basicUpper = middle + reach;
      const basicLower = middle - reach;
      if (i < seedEnd) {
        // Overwritten until the first known row, whose rule this is.
        upper = basicUpper;
        lower = basicLower;
        direction = close > middle ? 1 : -1;
      } else {
        if (basicUpper < upper || previousClose > upper) upper = basicUpper;
        if (basicLower > lower || previousClose < lower) lower = basicLower;
        if (direction < 0) {
          if (close > upper) direction = 1;
        } else if (close < lower) direction = -1;
      }
      previousClose = close;
      out[i] = direction > 0 ? lower : upper;
      outDirection[i] = direction;
    }
    blankWarmUp(out, start, end, firstRow, period);
    blankWarmUp(outDirection, start, end, firstRow, period);
    state[ROW] = firstRow + end - start;
    state[DISTANCE] = distance;
    state[RANGE] = previousRange;
    state[UPPER] = upper;
    state[LOWER] = lower;
    state[DIRECTION] = direction;
  },
};
