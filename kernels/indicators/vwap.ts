import type { Kernel } from '../kernel.js';

const SESSION_END = 0;
const VALUE = 1;
const VOLUME = 2;
const DAY_MS = 86_400_000;

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
  run(inputs, _params, state, outputs, start, end) {
    const highs = inputs[0];
    const lows = inputs[1];
    const closes = inputs[2];
    const volumes = inputs[3];
    const openTimes = inputs[4];
    const out = outputs[0];
    let sessionEnd = state[SESSION_END];
    let value = state[VALUE];
    let total = state[VOLUME];
    for (let i = start; i < end; i++) {
      if (openTimes[i] >= sessionEnd) {
        sessionEnd = (Math.floor(openTimes[i] / DAY_MS) + 1) * DAY_MS;
        value = 0;
        total = 0;
      }
      const volume = volumes[i];
      value += ((highs[i] + lows[i] + closes[i]) / 3) * volume;
      total += volume;
      // Without volume 0 / 0, which is unknown. (V8 takes twice the time over a NaN that is chosen by a condition.)
      out[i] = value / total;
    }
    state[SESSION_END] = sessionEnd;
    state[VALUE] = value;
    state[VOLUME] = total;
  },
};
