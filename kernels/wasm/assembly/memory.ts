// Columns and state are addressed by the byte that their row (or value) 0 of the call stands at; rows before it are history.

/** Rows of a segment: scratch of this fixed size serves every period (see kernels/window/blocks.ts). */
export const SEGMENT: i32 = 256;

// @ts-expect-error: decorator
@inline
export function at(column: usize, row: i32): usize {
  return column + ((<isize>row) << 3);
}

// @ts-expect-error: decorator
@inline
export function get(column: usize, row: i32): f64 {
  return load<f64>(at(column, row));
}

// @ts-expect-error: decorator
@inline
export function set(column: usize, row: i32, value: f64): void {
  store<f64>(at(column, row), value);
}

// @ts-expect-error: decorator
@inline
export function pairAt(column: usize, row: i32): v128 {
  return v128.load(at(column, row));
}

// @ts-expect-error: decorator
@inline
export function setPair(column: usize, row: i32, pair: v128): void {
  v128.store(at(column, row), pair);
}

// @ts-expect-error: decorator
@inline
export function first(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0);
}

// @ts-expect-error: decorator
@inline
export function second(pair: v128): f64 {
  return f64x2.extract_lane(pair, 1);
}
