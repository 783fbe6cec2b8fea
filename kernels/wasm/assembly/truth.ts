// Truth of a condition, one byte a row: FALSE 0, TRUE 1, UNKNOWN 2 (kernels/conditions/condition.ts).

const UNKNOWN: i8 = 2;
/** Rows of one group: their truth fills a vector. */
export const GROUP: i32 = 16;

const tail = memory.data(16, 16);

/** Eight pairs of 64-bit masks as sixteen bytes of the same. */
// @ts-expect-error: decorator
@inline
export function narrowed(
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  e: v128,
  f: v128,
  g: v128,
  h: v128,
): v128 {
  const low = i16x8.narrow_i32x4_s(
    v128.shuffle<i32>(a, b, 0, 2, 4, 6),
    v128.shuffle<i32>(c, d, 0, 2, 4, 6),
  );
  const high = i16x8.narrow_i32x4_s(
    v128.shuffle<i32>(e, f, 0, 2, 4, 6),
    v128.shuffle<i32>(g, h, 0, 2, 4, 6),
  );
  return i8x16.narrow_i16x8_s(low, high);
}

/** Bytes of truth from bytes of masks: what holds, and what is known. */
// @ts-expect-error: decorator
@inline
export function truthOf(holds: v128, known: v128): v128 {
  return v128.bitselect(v128.and(holds, i8x16.splat(1)), i8x16.splat(UNKNOWN), known);
}

/** Masks of sixteen rows: at least `window` rows stand before each without a gap. */
// @ts-expect-error: decorator
@inline
export function reaches(streak: usize, window: v128): v128 {
  const low = i16x8.narrow_i32x4_s(
    i32x4.ge_s(v128.load(streak), window),
    i32x4.ge_s(v128.load(streak, 16), window),
  );
  const high = i16x8.narrow_i32x4_s(
    i32x4.ge_s(v128.load(streak, 32), window),
    i32x4.ge_s(v128.load(streak, 48), window),
  );
  return i8x16.narrow_i16x8_s(low, high);
}

/** Stores the truth of the rows from `row` on: sixteen, or as many as there are. */
// @ts-expect-error: decorator
@inline
export function putTruth(out: usize, row: i32, rows: i32, truth: v128): void {
  if (row + GROUP <= rows) v128.store(out + row, truth);
  else {
    v128.store(tail, truth);
    memory.copy(out + row, tail, rows - row);
  }
}
