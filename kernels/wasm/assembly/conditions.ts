import { at, pairAt } from './memory';
import { GROUP, narrowed, putTruth, reaches, truthOf } from './truth';

// kernels/conditions. Sixteen rows at a time read beyond an end that is no multiple of it; what they find there is not stored.

// @ts-expect-error: decorator
@inline
function isWithin(y: usize, row: i32, low: v128, high: v128): v128 {
  const pair = pairAt(y, row);
  return v128.and(f64x2.ge(pair, low), f64x2.le(pair, high));
}

// @ts-expect-error: decorator
@inline
function isKnown(y: usize, row: i32): v128 {
  const pair = pairAt(y, row);
  return f64x2.eq(pair, pair);
}

/** Which of sixteen rows are known. */
// @ts-expect-error: decorator
@inline
function knownRows(y: usize, row: i32): v128 {
  return narrowed(
    isKnown(y, row),
    isKnown(y, row + 2),
    isKnown(y, row + 4),
    isKnown(y, row + 6),
    isKnown(y, row + 8),
    isKnown(y, row + 10),
    isKnown(y, row + 12),
    isKnown(y, row + 14),
  );
}

/** compare.ts: y lies in `[low, high]`, or outside where `flip` is -1. */
export function within(y: usize, out: usize, rows: i32, low: f64, high: f64, flip: i32): void {
  const lows = f64x2.splat(low);
  const highs = f64x2.splat(high);
  const flips = i8x16.splat(<i8>flip);
  for (let i = 0; i < rows; i += GROUP) {
    const holds = narrowed(
      isWithin(y, i, lows, highs),
      isWithin(y, i + 2, lows, highs),
      isWithin(y, i + 4, lows, highs),
      isWithin(y, i + 6, lows, highs),
      isWithin(y, i + 8, lows, highs),
      isWithin(y, i + 10, lows, highs),
      isWithin(y, i + 12, lows, highs),
      isWithin(y, i + 14, lows, highs),
    );
    putTruth(out, i, rows, truthOf(v128.xor(holds, flips), knownRows(y, i)));
  }
}

// @ts-expect-error: decorator
@inline
function isGreater(a: usize, b: usize, row: i32): v128 {
  return f64x2.gt(pairAt(a, row), pairAt(b, row));
}

/** trend.ts, TREND: the rows of `a` are greater than those of `b`, which are one window apart. */
export function trend(a: usize, b: usize, streak: usize, out: usize, rows: i32, window: i32): void {
  const windows = i32x4.splat(window);
  for (let i = 0; i < rows; i += GROUP) {
    const holds = narrowed(
      isGreater(a, b, i),
      isGreater(a, b, i + 2),
      isGreater(a, b, i + 4),
      isGreater(a, b, i + 6),
      isGreater(a, b, i + 8),
      isGreater(a, b, i + 10),
      isGreater(a, b, i + 12),
      isGreater(a, b, i + 14),
    );
    const known = v128.and(knownRows(a, i), knownRows(b, i));
    const whole = reaches(streak + (i << 2), windows);
    putTruth(out, i, rows, truthOf(holds, v128.and(known, whole)));
  }
}

/** `scratch` holds columns of so many bytes: the window before the first row, the rows, and a group behind them. */
// @ts-expect-error: decorator
@inline
function bytesOf(rows: i32, window: i32): i32 {
  return (rows + window + 2 * GROUP - 1) & -GROUP;
}

// @ts-expect-error: decorator
@inline
function steps(y: usize, row: i32, sign: v128): v128 {
  return f64x2.gt(f64x2.mul(pairAt(y, row), sign), f64x2.mul(pairAt(y, row - 1), sign));
}

// @ts-expect-error: decorator
@inline
function crosses(y: usize, row: i32, sign: v128, bound: v128): v128 {
  const now = f64x2.gt(f64x2.mul(pairAt(y, row), sign), bound);
  return v128.and(now, f64x2.le(f64x2.mul(pairAt(y, row - 1), sign), bound));
}

/**
 * Makes of every byte the conjunction of the `window` bytes that end there, in place: of 2, of 4, ... bytes, from the back. The first
 * `window - 1` bytes have no such window and hold anything.
 */
function everyOf(bytes: usize, count: i32, window: i32): void {
  for (let have = 1; have < window; ) {
    const shift = min(have, window - have);
    for (let i = (count - 1) & -GROUP; i > shift - GROUP && i >= 0; i -= GROUP)
      v128.store(bytes + i, v128.and(v128.load(bytes + i), v128.load(bytes + i - shift)));
    have += shift;
  }
}

/** trend.ts, RISING (`sign` 1) and FALLING (-1); the `window` rows before the first are there. */
export function monotone(
  y: usize,
  streak: usize,
  out: usize,
  scratch: usize,
  rows: i32,
  window: i32,
  sign: f64,
): void {
  const signs = f64x2.splat(sign);
  const known = scratch + bytesOf(rows, window);
  for (let i = 0; i < rows + window; i += GROUP) {
    const row = i - window;
    const holds = narrowed(
      steps(y, row, signs),
      steps(y, row + 2, signs),
      steps(y, row + 4, signs),
      steps(y, row + 6, signs),
      steps(y, row + 8, signs),
      steps(y, row + 10, signs),
      steps(y, row + 12, signs),
      steps(y, row + 14, signs),
    );
    v128.store(scratch + i, holds);
    v128.store(known + i, knownRows(y, row));
  }
  everyOf(scratch, rows + window, window);
  windowTruth(scratch, 0, known, streak, out, rows, window);
}

/** cross.ts: upward (`sign` 1) or downward (-1) through `level`; the `window` rows before the first are there. */
export function cross(
  y: usize,
  streak: usize,
  out: usize,
  scratch: usize,
  rows: i32,
  window: i32,
  level: f64,
  sign: f64,
): void {
  const signs = f64x2.splat(sign);
  const bound = f64x2.splat(sign * level);
  const known = scratch + bytesOf(rows, window);
  for (let i = 0; i < rows + window; i += GROUP) {
    const row = i - window;
    const holds = narrowed(
      crosses(y, row, signs, bound),
      crosses(y, row + 2, signs, bound),
      crosses(y, row + 4, signs, bound),
      crosses(y, row + 6, signs, bound),
      crosses(y, row + 8, signs, bound),
      crosses(y, row + 10, signs, bound),
      crosses(y, row + 12, signs, bound),
      crosses(y, row + 14, signs, bound),
    );
    v128.store(scratch + i, v128.not(holds));
    v128.store(known + i, knownRows(y, row));
  }
  // Some step of the window crossed: not every one did not.
  everyOf(scratch, rows + window, window);
  windowTruth(scratch, -1, known, streak, out, rows, window);
}

/** Truth of the rows from what holds for their windows (`flip` -1: does not), and from which of all rows are known. */
function windowTruth(
  holds: usize,
  flip: i32,
  known: usize,
  streak: usize,
  out: usize,
  rows: i32,
  window: i32,
): void {
  everyOf(known, rows + window, window + 1);
  const flips = i8x16.splat(<i8>flip);
  const windows = i32x4.splat(window);
  for (let i = 0; i < rows; i += GROUP) {
    const isKnown = v128.and(v128.load(known + window + i), reaches(streak + (i << 2), windows));
    const isSo = v128.xor(v128.load(holds + window + i), flips);
    putTruth(out, i, rows, truthOf(isSo, isKnown));
  }
}

// @ts-expect-error: decorator
@inline
function repeats(y: usize, row: i32): v128 {
  return f64x2.eq(pairAt(y, row), pairAt(y, row - 1));
}

/** The comparison of two rows with their means, or with the row before where the whole window `isEqual` to it. */
// @ts-expect-error: decorator
@inline
function expands(y: usize, row: i32, sum: v128, isEqual: v128, window: v128, factor: v128, sign: v128): v128 {
  const mean = v128.bitselect(pairAt(y, row - 1), f64x2.div(sum, window), isEqual);
  return f64x2.gt(f64x2.mul(sign, pairAt(y, row)), f64x2.mul(sign, f64x2.mul(factor, mean)));
}

/** expansion.ts: greater (`sign` 1) or less (-1) than `factor` times the mean; the `window` rows before the first are there. */
export function expansion(
  y: usize,
  streak: usize,
  out: usize,
  scratch: usize,
  rows: i32,
  window: i32,
  factor: f64,
  sign: f64,
): void {
  const bytes = bytesOf(rows, window);
  const holds = scratch + bytes;
  const known = holds + bytes;
  for (let i = 0; i < rows + window; i += GROUP) {
    const row = i - window;
    const isSame = narrowed(
      repeats(y, row),
      repeats(y, row + 2),
      repeats(y, row + 4),
      repeats(y, row + 6),
      repeats(y, row + 8),
      repeats(y, row + 10),
      repeats(y, row + 12),
      repeats(y, row + 14),
    );
    v128.store(scratch + i, isSame);
    v128.store(known + i, knownRows(y, row));
  }
  everyOf(scratch, rows + window, window - 1);
  const windows = f64x2.splat(<f64>window);
  const factors = f64x2.splat(factor);
  const signs = f64x2.splat(sign);
  // Eight rows side by side, each summed oldest row first: four chains of additions hide each other's latency.
  for (let i = 0; i < rows; i += 8) {
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let p = at(y, i - window), end = at(y, i); p < end; p += 8) {
      a = f64x2.add(a, v128.load(p));
      b = f64x2.add(b, v128.load(p, 16));
      c = f64x2.add(c, v128.load(p, 32));
      d = f64x2.add(d, v128.load(p, 48));
    }
    const isEqual = v128.load8x8_s(scratch + window + i - 1);
    const low = i32x4.extend_low_i16x8_s(isEqual);
    const high = i32x4.extend_high_i16x8_s(isEqual);
    a = expands(y, i, a, i64x2.extend_low_i32x4_s(low), windows, factors, signs);
    b = expands(y, i + 2, b, i64x2.extend_high_i32x4_s(low), windows, factors, signs);
    c = expands(y, i + 4, c, i64x2.extend_low_i32x4_s(high), windows, factors, signs);
    d = expands(y, i + 6, d, i64x2.extend_high_i32x4_s(high), windows, factors, signs);
    v128.store64_lane(holds + window + i, narrowed(a, b, c, d, a, b, c, d), 0);
  }
  windowTruth(holds, 0, known, streak, out, rows, window);
}
