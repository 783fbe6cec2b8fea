import type { Kernel } from '../kernel.js';
import { SEGMENT, segmentEnd } from '../window/blocks.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
const RISING = 1;
const TOTAL = 2;
const risings = new Float64Array(SEGMENT);
const totals = new Float64Array(SEGMENT);

/** Added to a size before dividing by it, so that 0 / 0 becomes 0; lost in any change that a price can have. */
const NOTHING = 1e-290;

/**
 * Money flow of a row (typical price times volume) with the sign of the typical price's change; 0 when it did not change.
 * No branch on the random sign.
 */
function flowOf(typical: number, previous: number, volume: number): number {
  const change = typical - previous;
  return typical * volume * (change / (Math.abs(change) + NOTHING));
}

/** Money flow index: rising money flow in percent of all. TA-Lib MFI; 50 when the flow is exactly 0. */
export const mfi: Kernel = {
  name: 'mfi',
  title: 'Money flow index',
  version: 1,
  inputs: ['high', 'low', 'close', 'volume'],
  params: [{ name: 'period', title: 'Rows of the window', min: 1, whole: true }],
  outputs: ['mfi'],
  lookback: ({ period }) => period,
  history: ({ period }) => period,
  stateSize: () => 3,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const highs = inputs[0];
    const lows = inputs[1];
    const closes = inputs[2];
    const volumes = inputs[3];
    const out = outputs[0];
    const period = params.period;
    const firstRow = state[ROW];
    let position = (firstRow % period) | 0;
    let isFirst = firstRow < period;
    let rising = state[RISING];
    let total = state[TOTAL];
    // Row 0 is compared with itself: no change, no flow.
    const before = firstRow > 0 ? start - 1 : start;
    let previous = (highs[before] + lows[before] + closes[before]) / 3;
    for (let from = start; from < end; ) {
      const to = segmentEnd(from, end, position, period);
      suffixFlows(highs, lows, closes, volumes, period, from - position, isFirst, from, to);
      if (position === 0) {
        rising = 0;
        total = 0;
      }
      for (let i = from; i < to; i++) {
        const typical = (highs[i] + lows[i] + closes[i]) / 3;
        const flow = flowOf(typical, previous, volumes[i]);
        const size = Math.abs(flow);
        previous = typical;
        rising += size + flow;
        total += size;
        const below = totals[i - from] + total;
        // `rising` counts each flow twice, hence 50.
        out[i] = below === 0 ? 50 : 50 * ((risings[i - from] + rising) / below);
      }
      position += to - from;
      if (position === period) {
        position = 0;
        isFirst = false;
      }
      from = to;
    }
    blankWarmUp(out, start, end, firstRow, period);
    state[ROW] = firstRow + end - start;
    state[RISING] = rising;
    state[TOTAL] = total;
  },
};

/** `suffixSums` of rising and of all flows. A suffix never begins at a block's first row, so row - 1 is always there. */
function suffixFlows(
  highs: Float64Array,
  lows: Float64Array,
  closes: Float64Array,
  volumes: Float64Array,
  period: number,
  block: number,
  isFirst: boolean,
  from: number,
  to: number,
): void {
  if (isFirst) {
    risings.fill(0, 0, to - from);
    totals.fill(0, 0, to - from);
    return;
  }
  let rising = 0;
  let total = 0;
  let typical = (highs[block - 1] + lows[block - 1] + closes[block - 1]) / 3;
  // Row j goes into the sums of every row up to j + period - 1, so the row that is written lags behind.
  for (let j = block - 1; j > from - period; j--) {
    const i = j + period;
    if (i < to) {
      risings[i - from] = rising;
      totals[i - from] = total;
    }
    const previous = (highs[j - 1] + lows[j - 1] + closes[j - 1]) / 3;
    const flow = flowOf(typical, previous, volumes[j]);
    const size = Math.abs(flow);
    rising += size + flow;
    total += size;
    typical = previous;
  }
  risings[0] = rising;
  totals[0] = total;
}
