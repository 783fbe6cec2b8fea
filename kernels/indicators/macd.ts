import type { Kernel } from '../kernel.js';
import { blankWarmUp, columnOf } from '../window/warm-up.js';

const ROW = 0;
const FAST = 1;
const SLOW = 2;
const SIGNAL = 3;
const MACD = 4;

/**
 * Moving average convergence divergence. TA-Lib MACD: the slow average is seeded with the first `slow` values, the fast one with
 * the last `fast` of those, the signal with the first `signal` differences; all three outputs begin together.
 *
 * Averages are carried as distances x - ema, as in the kernel ema; the difference of two averages is the difference of their
 * distances, so equal values give exactly 0.
 */
export const macd: Kernel = {
  name: 'macd',
  title: 'Moving average convergence divergence',
  version: 1,
  inputs: ['value'],
  params: [
    { name: 'fast', title: 'Period of the fast average, at most that of the slow one', min: 1, whole: true },
    { name: 'slow', title: 'Period of the slow average', min: 1, whole: true },
    { name: 'signal', title: 'Period of the signal line', min: 1, whole: true },
  ],
  outputs: ['macd', 'signal', 'histogram'],
  lookback: ({ slow, signal }) => slow + signal - 2,
  history: () => 1,
  stateSize: () => 5,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const x = inputs[0];
    const outMacd = outputs[0];
    const outSignal = outputs[1];
    const outHistogram = outputs[2];
    const keepFast = 1 - 2 / (params.fast + 1);
    const keepSlow = 1 - 2 / (params.slow + 1);
    const keepSignal = 1 - 2 / (params.signal + 1);
    const fastFirst = params.slow - params.fast;
    const signalFirst = params.slow - 1;
    const lookback = signalFirst + params.signal - 1;
    const firstRow = state[ROW];
    let fast = state[FAST];
    let slow = state[SLOW];
    let signal = state[SIGNAL];
    let difference = state[MACD];
    let previous = firstRow > 0 ? x[start - 1] : x[start];
    const seedEnd = columnOf(lookback + 1, firstRow, start, end);
    for (let i = start; i < seedEnd; i++) {
      const row = firstRow + i - start;
      const change = x[i] - previous;
      previous = x[i];
      const fastRow = Math.max(row - fastFirst, 0);
      slow = (row <= signalFirst ? row / (row + 1) : keepSlow) * (slow + change);
      fast = (row <= signalFirst ? fastRow / (fastRow + 1) : keepFast) * (fast + change);
      const signalRow = row - signalFirst;
      if (signalRow >= 0) {
        const value = slow - fast;
        signal = signalRow === 0 ? 0 : (signalRow / (signalRow + 1)) * (signal + (value - difference));
        difference = value;
      }
      outMacd[i] = difference;
      outSignal[i] = difference - signal;
      outHistogram[i] = difference - (difference - signal);
    }
    for (let i = seedEnd; i < end; i++) {
      const change = x[i] - previous;
      previous = x[i];
      slow = keepSlow * (slow + change);
      fast = keepFast * (fast + change);
      const value = slow - fast;
      signal = keepSignal * (signal + (value - difference));
      difference = value;
      const line = value - signal;
      outMacd[i] = value;
      outSignal[i] = line;
      outHistogram[i] = value - line;
    }
    blankWarmUp(outMacd, start, end, firstRow, lookback);
    blankWarmUp(outSignal, start, end, firstRow, lookback);
    blankWarmUp(outHistogram, start, end, firstRow, lookback);
    state[ROW] = firstRow + end - start;
    state[FAST] = fast;
    state[SLOW] = slow;
    state[SIGNAL] = signal;
    state[MACD] = difference;
  },
};
