import { at, first, get, SEGMENT, second, set } from './memory';

/** Sums of distances and of their squares over the rows of each window that stand before its block, side by side. */
const suffix = memory.data(16 * 256, 16);
/** The same over a window's rows in its block. */
const prefix = memory.data(16 * 256, 16);

// @ts-expect-error: decorator
@inline
function moments(x: usize, anchor: f64): v128 {
  const distance = load<f64>(x) - anchor;
  return f64x2.replace_lane(f64x2.splat(distance), 1, distance * distance);
}

/** kernels/indicators/bbands.ts; state: row, sum of distances, sum of squares. */
export function bbands(
  state: usize,
  x: usize,
  upper: usize,
  middle: usize,
  lower: usize,
  rows: i32,
  period: i32,
  width: f64,
): void {
  const scale = width / Math.sqrt(<f64>period);
  const inverse = 1.0 / <f64>period;
  const firstRow = get(state, 0);
  let position = <i32>(<i64>firstRow % period);
  let isFirst = firstRow < <f64>period;
  let sums = f64x2.replace_lane(f64x2.splat(get(state, 1)), 1, get(state, 2));
  for (let from = 0; from < rows; ) {
    const to = min(rows, from + min(period - position, SEGMENT));
    const block = from - position;
    const anchor = get(x, block);
    suffixMoments(x, anchor, period, block, isFirst, from, to);
    if (position == 0) sums = f64x2.splat(0);
    let q = prefix;
    for (let p = at(x, from), end = at(x, to); p < end; p += 8, q += 16) {
      sums = f64x2.add(sums, moments(p, anchor));
      v128.store(q, sums);
    }
    bands(upper, middle, lower, anchor, inverse, scale, from, to);
    position += to - from;
    if (position == period) {
      position = 0;
      isFirst = false;
    }
    from = to;
  }
  set(state, 0, firstRow + rows);
  set(state, 1, first(sums));
  set(state, 2, second(sums));
}

/** The bands of the rows `[from, to)`, two at a time. */
function bands(
  upper: usize,
  middle: usize,
  lower: usize,
  anchor: f64,
  inverse: f64,
  scale: f64,
  from: i32,
  to: i32,
): void {
  const anchors = f64x2.splat(anchor);
  const inverses = f64x2.splat(inverse);
  const scales = f64x2.splat(scale);
  const zero = f64x2.splat(0);
  for (let i = from; i < to; i += 2) {
    const k = (i - from) << 4;
    const one = f64x2.add(v128.load(suffix + k), v128.load(prefix + k));
    // The row behind an odd last one is computed from what stands there, and not stored.
    const two = f64x2.add(v128.load(suffix + k + 16), v128.load(prefix + k + 16));
    const total = v128.shuffle<f64>(one, two, 0, 2);
    const squares = v128.shuffle<f64>(one, two, 1, 3);
    const shift = f64x2.mul(total, inverses);
    const spread = f64x2.sub(squares, f64x2.mul(total, shift));
    const mean = f64x2.add(anchors, shift);
    // A spread that is not positive has no root: 0.
    const reach = v128.and(f64x2.mul(scales, f64x2.sqrt(spread)), f64x2.gt(spread, zero));
    const above = f64x2.add(mean, reach);
    const below = f64x2.sub(mean, reach);
    if (i + 1 < to) {
      v128.store(at(middle, i), mean);
      v128.store(at(upper, i), above);
      v128.store(at(lower, i), below);
    } else {
      set(middle, i, first(mean));
      set(upper, i, first(above));
      set(lower, i, first(below));
    }
  }
}

/**
 * Sums of distances and of squared distances from `anchor`, over the rows of each window that stand before the block. With the
 * block's first row as anchor, which is in every window that ends in the block, the variance made of such sums is exact to
 * about 2 period^2 rounding errors whatever the column holds: the window's own range bounds every distance. Equal rows give
 * exactly 0.
 */
function suffixMoments(
  x: usize,
  anchor: f64,
  period: i32,
  block: i32,
  isFirst: bool,
  from: i32,
  to: i32,
): void {
  if (isFirst) {
    memory.fill(suffix, 0, (to - from) << 4);
    return;
  }
  let sums = f64x2.splat(0);
  for (let p = at(x, block - 1), last = at(x, to - period); p >= last; p -= 8)
    sums = f64x2.add(sums, moments(p, anchor));
  let s = suffix + ((to - from - 1) << 4);
  for (let p = at(x, to - period - 1); s > suffix; p -= 8, s -= 16) {
    v128.store(s, sums);
    sums = f64x2.add(sums, moments(p, anchor));
  }
  v128.store(suffix, sums);
}
