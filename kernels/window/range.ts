import { SEGMENT } from './blocks.js';
import { followHighest, followLowest } from './extremes.js';

/** A block's extremes by distance from its first row: towards older rows, and towards newer ones. */
const olderTops = new Float64Array(SEGMENT);
const olderBottoms = new Float64Array(SEGMENT);
const newerTops = new Float64Array(SEGMENT);
const newerBottoms = new Float64Array(SEGMENT);

/** Below 2 by more than the rounding of a chain's end. */
const FACTOR = 1.99;

/**
 * Writes the highest high and the lowest low of the window of `period` rows that ends at i to `tops[i]` and `bottoms[i]`, for i in
 * `[start, end)`; windows that begin before the partition's first row `first` (column index) begin there.
 *
 * Van Herk's scheme, taken block by block where `rangeOfBlock` allows it. An extreme is exact whichever way it is found, so how
 * the rows are cut into chunks cannot matter, and blocks need no anchor: the last one ends with the chunk.
 */
export function rollingRange(
  highs: Float64Array,
  lows: Float64Array,
  period: number,
  first: number,
  start: number,
  end: number,
  tops: Float64Array,
  bottoms: Float64Array,
): void {
  const full = Math.max(start, Math.min(end, first + period - 1));
  follow(highs, lows, period, first, start, full, tops, bottoms);
  for (let from = full; from < end; ) {
    const to = Math.min(from + period, end);
    const block = to - period;
    if (block < full || period > SEGMENT || !rangeOfBlock(highs, lows, period, block, tops, bottoms))
      follow(highs, lows, period, first, from, to, tops, bottoms);
    from = to;
  }
}

/**
 * `rollingRange` of the `period` rows from `block` on, without a branch on random prices: the larger of p and q is
 * q + ((p - q) + |p - q|) / 2, four such chains at a time. That is q where p is the smaller, and exactly p where p - q is exact,
 * which it is when p is at most 2 q (Sterbenz); lows likewise. All chains begin at the block's first row and only move away from
 * it, so it is enough to compare their ends with it: rounding cannot hide a price that lies farther.
 *
 * @returns false when some price may lie too far: nothing that was written counts
 */
function rangeOfBlock(
  highs: Float64Array,
  lows: Float64Array,
  period: number,
  block: number,
  tops: Float64Array,
  bottoms: Float64Array,
): boolean {
  let olderTop = highs[block];
  let olderBottom = lows[block];
  let newerTop = olderTop;
  let newerBottom = olderBottom;
  olderTops[0] = olderTop;
  olderBottoms[0] = olderBottom;
  newerTops[0] = newerTop;
  newerBottoms[0] = newerBottom;
  for (let k = 1; k < period; k++) {
    const olderHigh = highs[block - k];
    const olderLow = lows[block - k];
    const newerHigh = highs[block + k];
    const newerLow = lows[block + k];

    const a = olderHigh - olderTop;
    const b = olderBottom - olderLow;
    const c = newerHigh - newerTop;
    const d = newerBottom - newerLow;
    olderTop += (a + Math.abs(a)) * 0.5;
    olderBottom -= (b + Math.abs(b)) * 0.5;
    newerTop += (c + Math.abs(c)) * 0.5;
    newerBottom -= (d + Math.abs(d)) * 0.5;
    olderTops[k] = olderTop;
    olderBottoms[k] = olderBottom;
    newerTops[k] = newerTop;
    newerBottoms[k] = newerBottom;
  }
  const highest = FACTOR * highs[block];
  if (!(olderTop <= highest && newerTop <= highest)) return false;
  const lowest = lows[block] / FACTOR;
  if (!(olderBottom >= lowest && newerBottom >= lowest)) return false;
  const oldest = period - 1;
  for (let k = 0; k < period; k++) {
    const top = newerTops[k];
    const bottom = newerBottoms[k];
    const above = olderTops[oldest - k] - top;
    const below = bottom - olderBottoms[oldest - k];
    tops[block + k] = top + (above + Math.abs(above)) * 0.5;
    bottoms[block + k] = bottom - (below + Math.abs(below)) * 0.5;
  }
  return true;
}

/** `rollingRange` of any prices, by following. */
function follow(
  highs: Float64Array,
  lows: Float64Array,
  period: number,
  first: number,
  from: number,
  to: number,
  tops: Float64Array,
  bottoms: Float64Array,
): void {
  if (from >= to) return;
  let highestAt = from;
  let lowestAt = from;
  if (from > first) {
    const oldest = Math.max(first, from - period);
    highestAt = oldest;
    lowestAt = oldest;
    for (let j = oldest + 1; j < from; j++) {
      if (highs[j] >= highs[highestAt]) highestAt = j;
      if (lows[j] <= lows[lowestAt]) lowestAt = j;
    }
  }
  followHighest(highs, period, from, to, highestAt, tops, 0);
  followLowest(lows, period, from, to, lowestAt, bottoms, 0);
}
