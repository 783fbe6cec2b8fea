import { at, get, pairAt, SEGMENT, set, setPair } from './memory';

/** Typical prices of the block at hand; until it is begun, of the block before. */
const prices = memory.data(8 * 256 + 16, 16);
/** Distances of typical prices from that of the block's first row: the rows of the block before, then the block's. */
const distances = memory.data(8 * 512 + 64, 16);
/** Mean distance of each row's window. */
const means = memory.data(8 * 256 + 64, 16);

// @ts-expect-error: decorator
@inline
function typicalAt(high: usize, low: usize, close: usize, i: i32): f64 {
  return (get(high, i) + get(low, i) + get(close, i)) / 3;
}

/** kernels/indicators/cci.ts; state: row. */
export function cci(state: usize, high: usize, low: usize, close: usize, out: usize, rows: i32, period: i32): void {
  const firstRow = get(state, 0);
  const known = <i32>Math.max(0, Math.min(<f64>rows, <f64>(period - 1) - firstRow));
  for (let i = 0; i < known; i++) set(out, i, NaN);
  if (period > SEGMENT) {
    for (let i = known; i < rows; i++) set(out, i, indexAt(high, low, close, period, i));
  } else if (known < rows) {
    let block = known - <i32>((<i64>firstRow + known) % period);
    for (let i = known - period + 1; i < block; i++)
      set(prices, i - block + period, typicalAt(high, low, close, i));
    for (let from = known; from < rows; ) {
      const to = min(rows, block + period);
      measure(high, low, close, period, block, from, to);
      writeBlock(out, period, block, from, to);
      block += period;
      from = to;
    }
  }
  set(state, 0, firstRow + rows);
}

/** Fills `distances` and `means` for the rows `[from, to)` of the block that begins at `block`. */
function measure(high: usize, low: usize, close: usize, period: i32, block: i32, from: i32, to: i32): void {
  const anchor = typicalAt(high, low, close, block);
  const oldest = from - block + 1;
  const inverse = 1.0 / <f64>period;
  let sum = 0.0;
  for (let k = period - 1; k >= oldest; k--) {
    set(means, k, sum);
    const distance = get(prices, k) - anchor;
    set(distances, k, distance);
    sum += distance;
  }
  set(means, oldest - 1, sum);
  // Divisions two at a time; the row behind an odd last one is another's, and overwritten or not read.
  const three = f64x2.splat(3);
  for (let k = 0; k < to - block; k += 2) {
    const highs = pairAt(high, block + k);
    const total = f64x2.add(f64x2.add(highs, pairAt(low, block + k)), pairAt(close, block + k));
    setPair(prices, k, f64x2.div(total, three));
  }
  sum = 0;
  for (let k = 0; k < to - block; k++) {
    const distance = get(prices, k) - anchor;
    set(distances, k + period, distance);
    sum += distance;
    set(means, k, (get(means, k) + sum) * inverse);
  }
}

// @ts-expect-error: decorator
@inline
function away(distance: usize, mean: v128): v128 {
  return f64x2.abs(f64x2.sub(v128.load(distance), mean));
}

/**
 * The index of the rows `[from, to)` of the block that begins at `block`, measured before. Windows side by side: lane l of a pair at
 * distance j belongs to window k + l, whose rows all stand l later.
 */
function writeBlock(out: usize, period: i32, block: i32, from: i32, to: i32): void {
  const scale = <f64>period / 0.015;
  let i = from;
  for (; i < to - 7; i += 8) {
    const k = i - block;
    const mean0 = pairAt(means, k);
    const mean2 = pairAt(means, k + 2);
    const mean4 = pairAt(means, k + 4);
    const mean6 = pairAt(means, k + 6);
    let sum0 = f64x2.splat(0);
    let sum2 = sum0;
    let sum4 = sum0;
    let sum6 = sum0;
    for (let p = at(distances, k + 1), end = at(distances, k + period); p <= end; p += 8) {
      sum0 = f64x2.add(sum0, away(p, mean0));
      sum2 = f64x2.add(sum2, away(p + 16, mean2));
      sum4 = f64x2.add(sum4, away(p + 32, mean4));
      sum6 = f64x2.add(sum6, away(p + 48, mean6));
    }
    const own = k + period;
    setPair(out, i, indexOf(f64x2.sub(pairAt(distances, own), mean0), sum0, scale));
    setPair(out, i + 2, indexOf(f64x2.sub(pairAt(distances, own + 2), mean2), sum2, scale));
    setPair(out, i + 4, indexOf(f64x2.sub(pairAt(distances, own + 4), mean4), sum4, scale));
    setPair(out, i + 6, indexOf(f64x2.sub(pairAt(distances, own + 6), mean6), sum6, scale));
  }
  for (; i < to; i += 2) {
    const k = i - block;
    const mean = pairAt(means, k);
    let sum = f64x2.splat(0);
    for (let p = at(distances, k + 1), end = at(distances, k + period); p <= end; p += 8)
      sum = f64x2.add(sum, away(p, mean));
    const index = indexOf(f64x2.sub(pairAt(distances, k + period), mean), sum, scale);
    if (i + 1 < to) setPair(out, i, index);
    else set(out, i, f64x2.extract_lane(index, 0));
  }
}

/**
 * @param distance of the row from the mean of its window
 * @param deviations sum of all such distances in the window, each without its sign; the index is 0 where it is 0
 * @param scale period / 0.015
 */
// @ts-expect-error: decorator
@inline
function indexOf(distance: v128, deviations: v128, scale: f64): v128 {
  const index = f64x2.div(f64x2.mul(distance, f64x2.splat(scale)), deviations);
  return v128.andnot(index, f64x2.eq(deviations, f64x2.splat(0)));
}

/** The index of row i in two passes over its window, for periods beyond the scratch. */
function indexAt(high: usize, low: usize, close: usize, period: i32, i: i32): f64 {
  const own = typicalAt(high, low, close, i);
  let sum = 0.0;
  for (let j = i - period + 1; j <= i; j++) sum += typicalAt(high, low, close, j) - own;
  const mean = sum / <f64>period;
  let deviations = 0.0;
  for (let j = i - period + 1; j <= i; j++) deviations += Math.abs(typicalAt(high, low, close, j) - own - mean);
  return deviations == 0 ? 0.0 : ((0.0 - mean) * (<f64>period / 0.015)) / deviations;
}
