import { at, get, set } from './memory';
import { GROUP } from './truth';

// kernels/scoring/score.ts. A block of rows at a time: every metric is added to it, then each row is decided (decide.ts).

/** Rows of a block. */
export const BLOCK: i32 = 1024;
/** Bytes of a mask: positions 0 to 63. */
export const PLANES: i32 = 8;
/** Sums of a row: both scores, then the groups. */
const SUMS: i32 = 6;

/** Which metrics are known and which fired: plane `p` holds byte `p` of the masks of every row of the block. */
export const known: usize = memory.data(1024 * 8, 16);
export const fired: usize = memory.data(1024 * 8, 16);
/** Which of the first eight metrics of a sum fired: a byte a row, the index into the table of their sums. */
const indices = memory.data(1024 * 6, 16);

/** Begins a block: nothing is known, nothing fired. */
export function beginScores(rows: i32): void {
  for (let p = 0; p < PLANES; p++) {
    memory.fill(known + p * BLOCK, 0, rows);
    memory.fill(fired + p * BLOCK, 0, rows);
  }
  for (let c = 0; c < SUMS; c++) memory.fill(indices + c * BLOCK, 0, rows);
}

// @ts-expect-error: decorator
@inline
function addBits(plane: usize, bits: v128): void {
  v128.store(plane, v128.or(v128.load(plane), bits));
}

/**
 * Adds a metric's truth to the masks as the bit of its position, and to the indices of two sums as the bits `place` (0: to none).
 * Rows behind the end are never looked at: planes and truth have room for a whole group.
 */
export function addMetric(
  truth: usize,
  position: i32,
  sum: i32,
  place: i32,
  group: i32,
  groupPlace: i32,
  rows: i32,
): void {
  const byte: i32 = 1 << (position & 7);
  const bit = i8x16.splat(<i8>byte);
  const sumBit = i8x16.splat(<i8>place);
  const groupBit = i8x16.splat(<i8>groupPlace);
  const knownPlane = known + (position >> 3) * BLOCK;
  const firedPlane = fired + (position >> 3) * BLOCK;
  const sumPlane = indices + sum * BLOCK;
  const groupPlane = indices + group * BLOCK;
  for (let i = 0; i < rows; i += GROUP) {
    const value = v128.load(truth + i);
    const isFired = i8x16.eq(value, i8x16.splat(1));
    addBits(knownPlane + i, v128.andnot(bit, i8x16.eq(value, i8x16.splat(2))));
    addBits(firedPlane + i, v128.and(isFired, bit));
    addBits(sumPlane + i, v128.and(isFired, sumBit));
    addBits(groupPlane + i, v128.and(isFired, groupBit));
  }
}

/** The sums of two rows, whose indices are the lowest bytes. */
// @ts-expect-error: decorator
@inline
function sumsOf(table: usize, index: i32): v128 {
  const low = v128.load64_zero(table + ((index & 255) << 3));
  return v128.load64_lane(table + (((index >> 8) & 255) << 3), low, 1);
}

/** The sum of the metrics in its index, from the table of all such sums. */
export function lookUp(sum: i32, table: usize, column: usize, rows: i32): void {
  const plane = indices + sum * BLOCK;
  let i = 0;
  for (; i + 8 <= rows; i += 8) {
    const four = load<i32>(plane + i);
    const next = load<i32>(plane + i, 4);
    const out = at(column, i);
    v128.store(out, sumsOf(table, four));
    v128.store(out, sumsOf(table, four >> 16), 16);
    v128.store(out, sumsOf(table, next), 32);
    v128.store(out, sumsOf(table, next >> 16), 48);
  }
  for (; i < rows; i++) set(column, i, get(table, load<u8>(plane + i)));
}

// @ts-expect-error: decorator
@inline
function addPair(column: usize, weight: v128, isFired: v128): void {
  v128.store(column, f64x2.add(v128.load(column), v128.and(weight, isFired)));
}

// @ts-expect-error: decorator
@inline
function addFour(column: usize, weight: v128, isFired: v128): void {
  addPair(column, weight, i64x2.extend_low_i32x4_s(isFired));
  addPair(column + 16, weight, i64x2.extend_high_i32x4_s(isFired));
}

// @ts-expect-error: decorator
@inline
function addEight(column: usize, weight: v128, isFired: v128): void {
  addFour(column, weight, i32x4.extend_low_i16x8_s(isFired));
  addFour(column + 32, weight, i32x4.extend_high_i16x8_s(isFired));
}

/** Adds `weight` to the rows where a metric fired. Adding 0 elsewhere changes no sum. */
export function addWeight(truth: usize, column: usize, weight: f64, rows: i32): void {
  const weights = f64x2.splat(weight);
  let i = 0;
  for (; i + GROUP <= rows; i += GROUP) {
    const isFired = i8x16.eq(v128.load(truth + i), i8x16.splat(1));
    addEight(at(column, i), weights, i16x8.extend_low_i8x16_s(isFired));
    addEight(at(column, i + 8), weights, i16x8.extend_high_i8x16_s(isFired));
  }
  for (; i < rows; i++) if (load<u8>(truth + i) == 1) set(column, i, get(column, i) + weight);
}
