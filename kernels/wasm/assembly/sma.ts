import { at, get, pairAt, SEGMENT, second, set, setPair } from './memory';

/** Sums over the rows of each window that stand before its block, and over those in it; room for a pair that begins on the last. */
const suffix = memory.data(8 * 257, 16);
const prefix = memory.data(8 * 257, 16);

/** kernels/indicators/sma.ts; state: row, sum. */
export function sma(state: usize, x: usize, out: usize, rows: i32, period: i32): void {
  const inverse = f64x2.splat(1.0 / <f64>period);
  const firstRow = get(state, 0);
  let position = <i32>(<i64>firstRow % period);
  let isFirst = firstRow < <f64>period;
  let sum = get(state, 1);
  for (let from = 0; from < rows; ) {
    const to = min(rows, from + min(period - position, SEGMENT));
    const block = from - position;
    const anchor = f64x2.splat(get(x, block));
    const sums = f64x2.splat(position == 0 ? 0 : sum);
    sum = isFirst ? sumOfFirst(x, anchor, sums, from, to) : sumOf(x, anchor, sums, period, block, from, to);
    for (let i = from; i < to; i += 2) {
      const both = f64x2.add(pairAt(suffix, i - from), pairAt(prefix, i - from));
      const mean = f64x2.add(anchor, f64x2.mul(both, inverse));
      if (i + 1 < to) setPair(out, i, mean);
      else set(out, i, f64x2.extract_lane(mean, 0));
    }
    position += to - from;
    if (position == period) {
      position = 0;
      isFirst = false;
    }
    from = to;
  }
  set(state, 0, firstRow + rows);
  set(state, 1, sum);
}

/** Nothing stands before the partition's first block. @returns the sum that the block comes to so far */
function sumOfFirst(x: usize, anchor: v128, sums: v128, from: i32, to: i32): f64 {
  memory.fill(suffix, 0, (to - from) << 3);
  let own = second(sums);
  for (let i = from; i < to; i++) {
    own += get(x, i) - second(anchor);
    set(prefix, i - from, own);
  }
  return own;
}

/**
 * As kernels/window/blocks.ts says, with the sums of both sides in one chain of additions: the suffix, backwards from the segment's
 * last row, and the prefix, forwards from its first.
 */
function sumOf(x: usize, anchor: v128, sums: v128, period: i32, block: i32, from: i32, to: i32): f64 {
  let before = 0.0;
  for (let p = at(x, block - 1), last = at(x, to - period); p >= last; p -= 8)
    before += load<f64>(p) - second(anchor);
  let both = f64x2.replace_lane(sums, 0, before);
  let s = at(suffix, to - from - 1);
  let q: usize = prefix;
  store<f64>(s, before);
  let backwards = at(x, to - period - 1);
  let forwards = at(x, from);
  for (const end = at(x, to - 1); forwards < end; forwards += 8, backwards -= 8, q += 8) {
    s -= 8;
    const pair = v128.load64_lane(forwards, v128.load64_zero(backwards), 1);
    both = f64x2.add(both, f64x2.sub(pair, anchor));
    v128.store64_lane(s, both, 0);
    v128.store64_lane(q, both, 1);
  }
  const own = second(both) + (load<f64>(forwards) - second(anchor));
  store<f64>(q, own);
  return own;
}
