import type { Kernel } from '../kernel.js';
import { SEGMENT, segmentEnd, suffixSums } from '../window/blocks.js';
import { blankWarmUp } from '../window/warm-up.js';

const ROW = 0;
const FLOW = 1;
const VOLUME = 2;
const flows = new Float64Array(SEGMENT);
const totals = new Float64Array(SEGMENT);

/** Volume times where the close stands in the bar's range, from -1 (low) to 1 (high). */
function flowOf(high: number, low: number, close: number, volume: number): number {
  const range = high - low;
  return range === 0 ? 0 : (volume * (close - low - (high - close))) / range;
}

/** Chaikin money flow: sum of `flowOf` over sum of volume; unknown without volume. */
export const cmf: Kernel = {
  name: 'cmf',
  title: 'Chaikin money flow',
  version: 1,
  inputs: ['high', 'low', 'close', 'volume'],
  params: [{ name: 'period', title: 'Rows of the window', min: 1, whole: true }],
  outputs: ['cmf'],
  lookback: ({ period }) => period - 1,
  history: ({ period }) => period - 1,
  stateSize: () => 3,
  run(inputs, params, state, outputs, start, end) {
    const highs = inputs[0];
    const lows = inputs[1];
    const closes = inputs[2];
    const volumes = inputs[3];
    const out = outputs[0];
    const period = params.period;
    const firstRow = state[ROW];
    let position = (firstRow % period) | 0;
    let isFirst = firstRow < period;
    let flow = state[FLOW];
    let total = state[VOLUME];
    for (let from = start; from < end; ) {
      const to = segmentEnd(from, end, position, period);
      const block = from - position;
      suffixSums(volumes, 0, period, block, isFirst, from, to, totals);
      suffixFlows(highs, lows, closes, volumes, period, block, isFirst, from, to);
      if (position === 0) {
        flow = 0;
        total = 0;
      }
      for (let i = from; i < to; i++) {
        flow += flowOf(highs[i], lows[i], closes[i], volumes[i]);
        total += volumes[i];
        const below = totals[i - from] + total;
        out[i] = below === 0 ? Number.NaN : (flows[i - from] + flow) / below;
      }
      position += to - from;
      if (position === period) {
        position = 0;
        isFirst = false;
      }
      from = to;
    }
    blankWarmUp(out, start, end, firstRow, period - 1);
    state[ROW] = firstRow + end - start;
    state[FLOW] = flow;
    state[VOLUME] = total;
  },
};

/** `suffixSums` of `flowOf`. */
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
    flows.fill(0, 0, to - from);
    return;
  }
  let sum = 0;
  for (let i = block - 1; i >= to - period; i--) sum += flowOf(highs[i], lows[i], closes[i], volumes[i]);
  for (let i = to - 1; i > from; i--) {
    flows[i - from] = sum;
    const j = i - period;
    sum += flowOf(highs[j], lows[j], closes[j], volumes[j]);
  }
  flows[0] = sum;
}
