import { first, get, second, set } from './memory';

/** kernels/indicators/dmi.ts; state: row, +DM, -DM, true range, ADX. */
export function dmi(
  state: usize,
  high: usize,
  low: usize,
  close: usize,
  adxOut: usize,
  plusOut: usize,
  minusOut: usize,
  rows: i32,
  period: i32,
): void {
  const share = 1.0 / <f64>period;
  const keep = <f64>(period - 1) / <f64>period;
  const firstRow = get(state, 0);
  let moves = f64x2.replace_lane(f64x2.splat(get(state, 1)), 1, get(state, 2));
  let range = get(state, 3);
  let adx = get(state, 4);
  // Row 0 has no row before it: it moves nothing and has no range.
  let from = 0;
  if (firstRow == 0) {
    set(adxOut, 0, NaN);
    set(plusOut, 0, NaN);
    set(minusOut, 0, NaN);
    from = 1;
  }
  const sumEnd = <i32>Math.max(0, Math.min(<f64>rows, <f64>period - firstRow));
  const seedEnd = <i32>Math.max(0, Math.min(<f64>rows, <f64>(2 * period) - firstRow));
  let previousHigh = get(high, from - 1);
  let previousLow = get(low, from - 1);
  let previousClose = get(close, from - 1);
  const hundred = f64x2.splat(100);
  const zero = f64x2.splat(0);
  for (let i = from; i < rows; ) {
    // The first rows are added up, and the first `period` indices after them are averaged.
    const stop = i < sumEnd ? sumEnd : i < seedEnd ? seedEnd : rows;
    const decay = i < sumEnd ? 1.0 : keep;
    const indexDecay = i < seedEnd ? 1.0 : keep;
    const indexShare = i < sumEnd ? 0.0 : share;
    for (; i < stop; i++) {
      const highest = get(high, i);
      const lowest = get(low, i);
      const up = highest - previousHigh;
      const down = previousLow - lowest;
      const top = previousClose > highest ? previousClose : highest;
      const bottom = previousClose < lowest ? previousClose : lowest;
      previousHigh = highest;
      previousLow = lowest;
      previousClose = get(close, i);
      // The larger of the two counts, unless it is negative; when they are equal, neither.
      const both = f64x2.replace_lane(f64x2.splat(up), 1, down);
      const other = f64x2.replace_lane(f64x2.splat(down), 1, up);
      const move = v128.and(both, v128.and(f64x2.gt(both, other), f64x2.gt(both, zero)));
      moves = f64x2.add(f64x2.mul(moves, f64x2.splat(decay)), move);
      range = range * decay + (top - bottom);
      // All three are 0 together: where nothing moved, the divisor 1 gives the 0 that SPEC asks for.
      const shares = f64x2.mul(hundred, f64x2.div(moves, f64x2.splat(range == 0 ? 1.0 : range)));
      set(plusOut, i, first(shares));
      set(minusOut, i, second(shares));
      const plus = first(moves);
      const minus = second(moves);
      const total = plus + minus;
      const index = 100.0 * (Math.abs(plus - minus) / (total == 0 ? 1.0 : total));
      // A row without movement keeps the row before's.
      adx = total == 0 ? adx : adx * indexDecay + index * indexShare;
      set(adxOut, i, adx);
    }
  }
  set(state, 0, firstRow + rows);
  set(state, 1, first(moves));
  set(state, 2, second(moves));
  set(state, 3, range);
  set(state, 4, adx);
}
