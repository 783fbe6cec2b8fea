import { first, get, pairAt, SEGMENT, second, set, setPair } from './memory';

/** Twice the rising flow and the whole flow over the rows of each window that stand before its block, side by side. */
const suffix = memory.data(16 * 256, 16);

/** kernels/indicators/mfi.ts; state: row. */
export function mfi(
  state: usize,
  high: usize,
  low: usize,
  close: usize,
  volume: usize,
  out: usize,
  rows: i32,
  period: i32,
): void {
  const firstRow = get(state, 0);
  // Row 0 of the partition has no flow; no window that is known holds it.
  const before = firstRow > 0 ? -1 : 0;
  flows(high, low, close, volume, out, before, rows);
  const known = <i32>Math.max(0, Math.min(<f64>rows, <f64>period - firstRow));
  // From the last block to the first: a result replaces a flow that only later windows need.
  let block = rows - 1 - <i32>((<i64>firstRow + rows - 1) % period);
  for (let to = rows; to > known; ) {
    const from = max(max(block, known), to - SEGMENT);
    segment(high, low, close, volume, out, period, block, from, to);
    to = from;
    if (to == block) block -= period;
  }
  set(state, 0, firstRow + rows);
}

/**
 * Puts the money flow of the rows `[0, rows)` where the results will stand: typical price times volume with the sign of the typical
 * price's change, 0 when it did not change.
 */
function flows(high: usize, low: usize, close: usize, volume: usize, out: usize, before: i32, rows: i32): void {
  const three = f64x2.splat(3);
  const zero = f64x2.splat(0);
  const sign = f64x2.splat(-0.0);
  let previous = f64x2.splat(typicalAt(high, low, close, before));
  for (let i = 0; i < rows; i += 2) {
    // The row behind an odd last one is no one's: columns have room for it.
    const typical = f64x2.div(f64x2.add(f64x2.add(pairAt(high, i), pairAt(low, i)), pairAt(close, i)), three);
    const change = f64x2.sub(typical, v128.shuffle<f64>(previous, typical, 1, 2));
    const flow = f64x2.mul(typical, pairAt(volume, i));
    const signed = v128.xor(flow, v128.and(sign, f64x2.lt(change, zero)));
    const moved = v128.and(signed, f64x2.ne(change, zero));
    if (i + 1 < rows) setPair(out, i, moved);
    else set(out, i, first(moved));
    previous = typical;
  }
}

// @ts-ignore: decorator
@inline
function typicalAt(high: usize, low: usize, close: usize, i: i32): f64 {
  return (get(high, i) + get(low, i) + get(close, i)) / 3;
}

/** Flow of row i, made again when it stands before the rows at hand. */
// @ts-ignore: decorator
@inline
function flowAt(high: usize, low: usize, close: usize, volume: usize, out: usize, i: i32): f64 {
  if (i >= 0) return get(out, i);
  const typical = typicalAt(high, low, close, i);
  const change = typical - typicalAt(high, low, close, i - 1);
  const flow = typical * get(volume, i);
  return change > 0 ? flow : change < 0 ? -flow : 0.0;
}

// @ts-ignore: decorator
@inline
function sizes(flow: f64): v128 {
  // Rising flow is counted twice, |f| + f: no branch on the random sign.
  const size = Math.abs(flow);
  return f64x2.replace_lane(f64x2.splat(size), 0, size + flow);
}

/** The index of the rows `[from, to)` of the block that begins at `block`; `out` holds the flows and takes the results. */
function segment(
  high: usize,
  low: usize,
  close: usize,
  volume: usize,
  out: usize,
  period: i32,
  block: i32,
  from: i32,
  to: i32,
): void {
  let sums = f64x2.splat(0);
  for (let j = block - 1; j >= to - period; j--)
    sums = f64x2.add(sums, sizes(flowAt(high, low, close, volume, out, j)));
  let s = suffix + ((to - from - 1) << 4);
  for (let j = to - 1 - period; s > suffix; j--, s -= 16) {
    v128.store(s, sums);
    sums = f64x2.add(sums, sizes(flowAt(high, low, close, volume, out, j)));
  }
  v128.store(suffix, sums);
  sums = f64x2.splat(0);
  for (let j = block; j < from; j++) sums = f64x2.add(sums, sizes(flowAt(high, low, close, volume, out, j)));
  for (let i = from; i < to; i++, s += 16) {
    sums = f64x2.add(sums, sizes(get(out, i)));
    const both = f64x2.add(v128.load(s), sums);
    const below = second(both);
    // Hence 50 and not 100.
    set(out, i, below == 0 ? 50 : 50 * (first(both) / below));
  }
}
