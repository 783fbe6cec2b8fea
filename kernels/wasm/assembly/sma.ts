import { at, get, SEGMENT, set } from './memory';

const suffix = memory.data(8 * 256, 16);

/** kernels/indicators/sma.ts; state: row, sum. */
export function sma(state: usize, x: usize, out: usize, rows: i32, period: i32): void {
  const inverse = 1.0 / <f64>period;
  const firstRow = get(state, 0);
  let position = <i32>(<i64>firstRow % period);
  let isFirst = firstRow < <f64>period;
  let sum = get(state, 1);
  for (let from = 0; from < rows; ) {
    const to = min(rows, from + min(period - position, SEGMENT));
    const block = from - position;
    const anchor = get(x, block);
    suffixSums(x, anchor, period, block, isFirst, from, to, suffix);
    if (position == 0) sum = 0;
    let s = suffix;
    let o = at(out, from);
    for (let p = at(x, from), end = at(x, to); p < end; p += 8, s += 8, o += 8) {
      sum += load<f64>(p) - anchor;
      store<f64>(o, anchor + (load<f64>(s) + sum) * inverse);
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

/** As kernels/window/blocks.ts says. */
function suffixSums(
  x: usize,
  anchor: f64,
  period: i32,
  block: i32,
  isFirst: bool,
  from: i32,
  to: i32,
  sums: usize,
): void {
  if (isFirst) {
    memory.fill(sums, 0, (to - from) << 3);
    return;
  }
  let sum = 0.0;
  for (let p = at(x, block - 1), last = at(x, to - period); p >= last; p -= 8) sum += load<f64>(p) - anchor;
  let s = at(sums, to - from - 1);
  for (let p = at(x, to - period - 1); s > sums; p -= 8, s -= 8) {
    store<f64>(s, sum);
    sum += load<f64>(p) - anchor;
  }
  store<f64>(sums, sum);
}
