import { at, get, pairAt, set, setPair } from './memory';

/** kernels/indicators/mom.ts, and y of a metric with a reference (kernels/conditions/difference.ts). */
export function difference(left: usize, right: usize, out: usize, rows: i32): void {
  let i = 0;
  for (; i + 1 < rows; i += 2) setPair(out, i, f64x2.sub(pairAt(left, i), pairAt(right, i)));
  if (i < rows) set(out, i, get(left, i) - get(right, i));
}

/** kernels/indicators/roc.ts */
export function roc(x: usize, out: usize, rows: i32, period: i32): void {
  const before = at(x, -period);
  const one = f64x2.splat(1);
  const hundred = f64x2.splat(100);
  let i = 0;
  for (; i + 1 < rows; i += 2) {
    const ratio = f64x2.div(pairAt(x, i), pairAt(before, i));
    setPair(out, i, f64x2.mul(f64x2.sub(ratio, one), hundred));
  }
  if (i < rows) set(out, i, (get(x, i) / get(before, i) - 1) * 100);
}
