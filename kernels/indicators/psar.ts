import type { Kernel } from '../kernel.js';

const ROW = 0;
const SAR = 1;
const EXTREME = 2;
const FACTOR = 3;
/** 1 long, -1 short. */
const SIDE = 4;

/**
 * Parabolic stop and reverse. TA-Lib SAR: short at first when the second bar's downward movement is the larger (Wilder's
 * minus DM above 0), else long; starts from the first bar's opposite extreme.
 *
 * One walk serves both sides: while short, prices are mirrored (negated, high and low exchanged), which changes no digit.
 * Mirrored or not, the stop rises below the lows.
 */
export const psar: Kernel = {
  name: 'psar',
  title: 'Parabolic stop and reverse',
  version: 1,
  inputs: ['high', 'low'],
  params: [
    { name: 'acceleration', title: 'Step of the acceleration factor', min: 0, whole: false },
    { name: 'maximum', title: 'Largest acceleration factor', min: 0, whole: false },
  ],
  outputs: ['psar'],
  lookback: () => 1,
  history: () => 1,
  stateSize: () => 5,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const highs = inputs[0];
    const lows = inputs[1];
    const out = outputs[0];
    const maximum = params.maximum;
    const acceleration = params.acceleration < maximum ? params.acceleration : maximum;
    const firstRow = state[ROW];
    let sar = state[SAR];
    let extreme = state[EXTREME];
    let factor = state[FACTOR];
    let side = state[SIDE];
    let from = start;
    if (firstRow === 0) out[from++] = Number.NaN;
    for (let i = from; i < end; i++) {
      let previousHigh = highs[i - 1];
      let previousLow = lows[i - 1];
      let high = highs[i];
      let low = lows[i];
      if (firstRow + i - start === 1) {
        const fall = previousLow - low;
        side = fall > 0 && high - previousHigh < fall ? -1 : 1;
        extreme = side > 0 ? high : -low;
        sar = side > 0 ? previousLow : -previousHigh;
        factor = acceleration;
        // As TA-Lib: at its first row the row before is taken to be the row itself.
        previousHigh = high;
        previousLow = low;
      }
      if (side < 0) {
        const top = high;
        high = -low;
        low = -top;
        const previousTop = previousHigh;
        previousHigh = -previousLow;
        previousLow = -previousTop;
      }
      if (low <= sar) {
        // Reversed: the stop is the old extreme, but inside neither of the last two bars. From here on mirrored.
        const floor = -(previousHigh > high ? previousHigh : high);
        sar = -extreme;
        if (sar > floor) sar = floor;
        side = -side;
        out[i] = side * sar;
        factor = acceleration;
        extreme = -low;
        sar += factor * (extreme - sar);
        if (sar > floor) sar = floor;
      } else {
        out[i] = side * sar;
        if (high > extreme) {
          extreme = high;
          factor += acceleration;
          if (factor > maximum) factor = maximum;
        }
        sar += factor * (extreme - sar);
        const floor = previousLow < low ? previousLow : low;
        if (sar > floor) sar = floor;
      }
    }
    state[ROW] = firstRow + end - start;
    state[SAR] = sar;
    state[EXTREME] = extreme;
    state[FACTOR] = factor;
    state[SIDE] = side;
  },
};
