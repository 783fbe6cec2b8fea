import type { Kernel } from '../kernel.js';
import { blankWarmUp, columnOf } from '../window/warm-up.js';

const ROW = 0;
const PLUS = 1;
const MINUS = 2;
const RANGE = 3;
const ADX = 4;

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
    if (start >= end) return;
    const highs = inputs[0];
    const lows = inputs[1];
    const closes = inputs[2];
    const outAdx = outputs[0];
    const outPlus = outputs[1];
    const outMinus = outputs[2];
    const period = params.period;
    const keep = (period - 1) / period;
    const share = 1 / period;
    const firstRow = state[ROW];
    let plus = state[PLUS];
    let minus = state[MINUS];
    let range = state[RANGE];
    let adx = state[ADX];
    // Row 0 has no row before it: it moves nothing and has no range.
    let from = start;
    if (firstRow === 0) {
      outAdx[start] = Number.NaN;
      outPlus[start] = Number.NaN;
      outMinus[start] = Number.NaN;
      from++;
    }
    const sumEnd = columnOf(period, firstRow, start, end);
    const seedEnd = columnOf(2 * period, firstRow, start, end);
    let previousHigh = highs[from - 1];
    let previousLow = lows[from - 1];
    let previousClose = closes[from - 1];
    for (let i = from; i < end; ) {
      // The first rows are added up, and the first `period` indices after them are averaged.
      const stop = i < sumEnd ? sumEnd : i < seedEnd ? seedEnd : end;
      const decay = i < sumEnd ? 1 : keep;
      const indexDecay = i < seedEnd ? 1 : keep;
      const indexShare = i < sumEnd ? 0 : share;
      for (; i < stop; i++) {
        const high = highs[i];
        const low = lows[i];
        // Movements twice their size, negative ones 0, without a branch on the random sign.
        const up = high - previousHigh;
        const down = previousLow - low;
        const rise = Math.abs(up) + up;
        const fall = Math.abs(down) + down;
        const top = previousClose > high ? previousClose : high;
        const bottom = previousClose < low ? previousClose : low;
        previousHigh = high;
        previousLow = low;
        previousClose = closes[i];
        // The larger of the two counts; when they are equal, neither.
        plus = plus * decay + rise * (0.5 * Number(rise > fall));
        minus = minus * decay + fall * (0.5 * Number(fall > rise));
        range = range * decay + (top - bottom);
        // All three are 0 together: where nothing moved, the divisor 1 gives the 0 that SPEC asks for.
        const divisor = range === 0 ? 1 : range;
        outPlus[i] = 100 * (plus / divisor);
        outMinus[i] = 100 * (minus / divisor);
        const total = plus + minus;
        const index = 100 * (Math.abs(plus - minus) / (total === 0 ? 1 : total));
        // A row without movement keeps the row before's.
        adx = total === 0 ? adx : adx * indexDecay + index * indexShare;
        outAdx[i] = adx;
      }
    }
    blankWarmUp(outAdx, start, end, firstRow, 2 * period - 1);
    blankWarmUp(outPlus, start, end, firstRow, period);
    blankWarmUp(outMinus, start, end, firstRow, period);
    state[ROW] = firstRow + end - start;
    state[PLUS] = plus;
    state[MINUS] = minus;
    state[RANGE] = range;
    state[ADX] = adx;
  },
};
