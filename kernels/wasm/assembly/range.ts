import { at, first, get, pairAt, SEGMENT, second, set, setPair } from './memory';

/** Highest high and negated lowest low over the rows of each window that stand before its block, side by side. */
const suffix = memory.data(16 * 256, 16);

// @ts-expect-error: decorator
@inline
function bar(high: usize, low: usize): v128 {
  return f64x2.replace_lane(f64x2.splat(load<f64>(high)), 1, -load<f64>(low));
}

/**
 * The highest high and the lowest low of each window, by van Herk's scheme, both as maxima of one pair: no branch on random
 * prices. An extreme is exact whichever way it is found, so blocks need no anchor. Windows that begin before the partition's first
 * row begin with it.
 *
 * @param before rows of the partition that stand before row 0, at most `period`
 */
export function rollingRange(
  high: usize,
  low: usize,
  tops: usize,
  bottoms: usize,
  before: i32,
  rows: i32,
  period: i32,
): void {
  for (let from = 0; from < rows; ) {
    const to = min(rows, from + min(period, SEGMENT));
    let best = f64x2.splat(-Infinity);
    const oldest = max(-before, to - period);
    let i = from - 1;
    for (; i >= oldest; i--) best = f64x2.pmax(best, bar(at(high, i), at(low, i)));
    for (let k = to - 1; k > from; k--) {
      v128.store(suffix + ((k - from) << 4), best);
      const joins = k - period;
      if (joins >= -before) best = f64x2.pmax(best, bar(at(high, joins), at(low, joins)));
    }
    v128.store(suffix, best);
    best = f64x2.splat(-Infinity);
    let s = suffix;
    let h = at(high, from);
    let l = at(low, from);
    for (let k = from; k < to; k++, s += 16, h += 8, l += 8) {
      best = f64x2.pmax(best, bar(h, l));
      const both = f64x2.pmax(best, v128.load(s));
      set(tops, k, first(both));
      set(bottoms, k, -second(both));
    }
    from = to;
  }
}

/** kernels/indicators/donchian.ts; state: row. */
export function donchian(
  state: usize,
  high: usize,
  low: usize,
  upper: usize,
  lower: usize,
  rows: i32,
  period: i32,
): void {
  const row = get(state, 0);
  rollingRange(high, low, upper, lower, <i32>Math.min(row, <f64>period), rows, period);
  set(state, 0, row + rows);
}

/** Fast and slow %K of a segment, behind those of the two rows before it; room for a pair that begins on the last row. */
const fasts = memory.data(8 * (2 + 256 + 1), 16);
const slows = memory.data(8 * (2 + 256 + 1), 16);

/** kernels/indicators/stoch.ts; state: row, fast %K of the two rows before, slow %K of the two rows before. */
export function stoch(
  state: usize,
  high: usize,
  low: usize,
  close: usize,
  k: usize,
  d: usize,
  williams: usize,
  rows: i32,
  period: i32,
): void {
  const row = get(state, 0);
  set(fasts, 1, get(state, 1));
  set(fasts, 0, get(state, 2));
  set(slows, 1, get(state, 3));
  set(slows, 0, get(state, 4));
  // The extremes stand where the results will.
  rollingRange(high, low, k, d, <i32>Math.min(row, <f64>period), rows, period);
  for (let from = 0; from < rows; from += SEGMENT) {
    const count = min(rows - from, SEGMENT);
    fastOf(at(close, from), at(k, from), at(d, from), at(williams, from), count);
    meansOf(fasts, at(k, from), count);
    memory.copy(at(slows, 2), at(k, from), count << 3);
    meansOf(slows, at(d, from), count);
    v128.store(fasts, pairAt(fasts, count));
    v128.store(slows, pairAt(slows, count));
  }
  set(state, 0, row + rows);
  set(state, 1, get(fasts, 1));
  set(state, 2, get(fasts, 0));
  set(state, 3, get(slows, 1));
  set(state, 4, get(slows, 0));
}

/** Fast %K of a segment, and Williams %R, which is the same from another end. What is read behind the last row is not stored. */
function fastOf(close: usize, tops: usize, bottoms: usize, williams: usize, rows: i32): void {
  const hundred = f64x2.splat(100);
  const fifty = f64x2.splat(50);
  for (let i = 0; i < rows; i += 2) {
    const bottom = pairAt(bottoms, i);
    const range = f64x2.sub(pairAt(tops, i), bottom);
    const share = f64x2.div(f64x2.sub(pairAt(close, i), bottom), range);
    const isFlat = f64x2.eq(range, f64x2.splat(0));
    const fast = v128.bitselect(fifty, f64x2.mul(hundred, share), isFlat);
    setPair(fasts, i + 2, fast);
    putPair(williams, i, rows, f64x2.sub(fast, hundred));
  }
}

/** The mean of each row of `values` from 2 on with the two before it. */
function meansOf(values: usize, out: usize, rows: i32): void {
  const third = f64x2.splat(1.0 / 3.0);
  for (let i = 0; i < rows; i += 2) {
    const before = pairAt(values, i + 1);
    const others = f64x2.add(f64x2.sub(pairAt(values, i), before), f64x2.sub(pairAt(values, i + 2), before));
    putPair(out, i, rows, f64x2.add(before, f64x2.mul(others, third)));
  }
}

// @ts-expect-error: decorator
@inline
function putPair(out: usize, row: i32, rows: i32, pair: v128): void {
  if (row + 1 < rows) setPair(out, row, pair);
  else set(out, row, first(pair));
}
