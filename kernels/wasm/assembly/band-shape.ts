import { first, pairAt, set, setPair } from './memory';

/** kernels/indicators/band-shape.ts, two rows at a time; the one behind an odd last row is computed and not stored. */
export function bandShape(
  value: usize,
  upper: usize,
  middle: usize,
  lower: usize,
  outWidth: usize,
  outPosition: usize,
  rows: i32,
): void {
  for (let i = 0; i < rows; i += 2) {
    const bottom = pairAt(lower, i);
    const width = f64x2.sub(pairAt(upper, i), bottom);
    const relative = f64x2.div(width, pairAt(middle, i));
    // Without a width 0 / 0, which is unknown.
    const height = f64x2.sub(pairAt(value, i), bottom);
    const position = f64x2.div(v128.and(height, f64x2.ne(width, f64x2.splat(0))), width);
    if (i + 1 < rows) {
      setPair(outWidth, i, relative);
      setPair(outPosition, i, position);
    } else {
      set(outWidth, i, first(relative));
      set(outPosition, i, first(position));
    }
  }
}
