import type { Kernel } from '../kernel.js';
import { SEGMENT } from '../window/blocks.js';
import { blankWarmUp, columnOf } from '../window/warm-up.js';

const ROW = 0;
const risings = new Float64Array(SEGMENT);
const totals = new Float64Array(SEGMENT);

/** Added to a size before dividing by it, so that 0 / 0 becomes 0; lost in any change that a price can have. */
const NOTHING = 1e-290;

/**
 * Money flow index: rising money flow in percent of all. TA-Lib MFI; 50 when the flow is exactly 0.
 *
 * The rows' flows are first put where the results will stand. Then blocks (see `SEGMENT`) are taken from the last to the first,
 * because a result replaces a flow that only later windows need. Flows of rows before `start` are made again from the prices.
 */
export const mfi: Kernel = {
  name: 'mfi',
  title: 'Money flow index',
  version: 1,
  inputs: ['high', 'low', 'close', 'volume'],
  params: [{ name: 'period', title: 'Rows of the window', min: 1, whole: true }],
  outputs: ['mfi'],
  lookback: ({ period }) => period,
  history: ({ period }) => period,
  stateSize: () => 1,
  run(inputs, params, state, outputs, start, end) {
    if (start >= end) return;
    const highs = inputs[0];
    const lows = inputs[1];
    const closes = inputs[2];
    const volumes = inputs[3];
    const out = outputs[0];
    const period = params.period;
    const firstRow = state[ROW];
    const known = columnOf(period, firstRow, start, end);
    // Row 0 has no flow; no window that is known holds it.
    const before = firstRow > 0 ? start - 1 : start;
    let previous = (highs[before] + lows[before] + closes[before]) / 3;
    for (let i = start; i < end; i++) {
      const typical = (highs[i] + lows[i] + closes[i]) / 3;
      out[i] = flowOf(typical, previous, volumes[i]);
      previous = typical;
    }
    let block = end - 1 - (((firstRow + end - 1 - start) % period) | 0);
    for (let to = end; to > known; ) {
      const from = Math.max(block, known, to - SEGMENT);
      segment(inputs, out, start, period, block, from, to);
      to = from;
      if (to === block) block -= period;
    }
    blankWarmUp(out, start, end, firstRow, period);
    state[ROW] = firstRow + end - start;
  },
};

/**
 * Money flow of a row (typical price times volume) with the sign of the typical price's change; 0 when it did not change.
 * No branch on the random sign.
 */
function flowOf(typical: number, previous: number, volume: number): number {
  const change = typical - previous;
  return typical * volume * (change / (Math.abs(change) + NOTHING));
}

/** Flow of row i, made again when it stands before the chunk. */
function flowAt(inputs: readonly Float64Array[], flows: Float64Array, start: number, i: number): number {
  if (i >= start) return flows[i];
  const typical = (inputs[0][i] + inputs[1][i] + inputs[2][i]) / 3;
  const previous = (inputs[0][i - 1] + inputs[1][i - 1] + inputs[2][i - 1]) / 3;
  return flowOf(typical, previous, inputs[3][i]);
}

/** The index of the rows `[from, to)` of the block that begins at `block`; `out` holds the flows and takes the results. */
function segment(
  inputs: readonly Float64Array[],
  out: Float64Array,
  start: number,
  period: number,
  block: number,
  from: number,
  to: number,
): void {
  // Rising flow is counted twice, |f| + f: no branch on the random sign.
  let rising = 0;
  let total = 0;
  for (let j = block - 1; j >= to - period; j--) {
    const flow = flowAt(inputs, out, start, j);
    const size = Math.abs(flow);
    rising += size + flow;
    total += size;
  }
  for (let i = to - 1; i > from; i--) {
    risings[i - from] = rising;
    totals[i - from] = total;
    const flow = flowAt(inputs, out, start, i - period);
    const size = Math.abs(flow);
    rising += size + flow;
    total += size;
  }
  risings[0] = rising;
  totals[0] = total;
  rising = 0;
  total = 0;
  for (let i = block; i < from; i++) {
    const flow = flowAt(inputs, out, start, i);
    const size = Math.abs(flow);
    rising += size + flow;
    total += size;
  }
  for (let i = from; i < to; i++) {
    const flow = out[i];
    const size = Math.abs(flow);
    rising += size + flow;
    total += size;
    const below = totals[i - from] + total;
    // Hence 50 and not 100.
    out[i] = below === 0 ? 50 : 50 * ((risings[i - from] + rising) / below);
  }
}
