import { at, first, get, SEGMENT, second, set } from './memory';

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
  let fast1 = get(state, 1);
  let fast2 = get(state, 2);
  let slow1 = get(state, 3);
  let slow2 = get(state, 4);
  // The extremes stand where the results will.
  rollingRange(high, low, k, d, <i32>Math.min(row, <f64>period), rows, period);
  for (let i = 0; i < rows; i++) {
    const bottom = get(d, i);
    const range = get(k, i) - bottom;
    const fast = range == 0 ? 50.0 : 100.0 * ((get(close, i) - bottom) / range);
    const slow = meanOf(fast1, fast2, fast);
    set(williams, i, fast - 100);
    set(k, i, slow);
    set(d, i, meanOf(slow1, slow2, slow));
    fast2 = fast1;
    fast1 = fast;
    slow2 = slow1;
    slow1 = slow;
  }
  set(state, 0, row + rows);
  set(state, 1, fast1);
  set(state, 2, fast2);
  set(state, 3, slow1);
  set(state, 4, slow2);
}

// @ts-expect-error: decorator
@inline
function meanOf(a: f64, b: f64, c: f64): f64 {
  return a + (b - a + (c - a)) * (1.0 / 3.0);
}
