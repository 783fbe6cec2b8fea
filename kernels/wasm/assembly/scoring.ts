import { at, get, set } from './memory';
import { GROUP } from './truth';

// kernels/scoring/score.ts. A block of rows at a time: every metric is added to it, then each row is decided.

/** Rows of a block. */
const BLOCK: i32 = 1024;
/** Bytes of a mask: positions 0 to 63. */
const PLANES: i32 = 8;
/** Sums of a row: both scores, then the groups. */
const SUMS: i32 = 6;

/** Which metrics are known and which fired: plane `p` holds byte `p` of the masks of every row of the block. */
const known = memory.data(1024 * 8, 16);
const fired = memory.data(1024 * 8, 16);
/** Which of the first eight metrics of a sum fired: a byte a row, the index into the table of their sums. */
const indices = memory.data(1024 * 6, 16);

/** Fields of `ScoringRules` as decide() reads them, written by the caller before each block. */
const rules = memory.data(8 * 10, 16);
export const scoringRules: usize = rules;
const BUY_THRESHOLD = 0;
const SELL_THRESHOLD = 1;
const MIN_EDGE = 2;
const MAX_SCORE = 3;
const BUY_LOW = 4;
const BUY_HIGH = 5;
const SELL_LOW = 6;
const SELL_HIGH = 7;
/** Masks, not numbers. */
const ACTIVE = 8;
const FILTERS = 9;

/** kernels/scoring/rules.ts */
const TOLERANCE: f64 = 1e-9;
const BUY: i32 = 1;
const NONE: i32 = 0;
const INCOMPLETE: i32 = 1;
const CONFLICT: i32 = 2;
const NO_SIGNAL: i32 = 3;
const WEAK_EDGE: i32 = 4;
const LOW_CONFIDENCE: i32 = 5;
const OVER_CONFIDENCE: i32 = 6;
const FILTER: i32 = 100;

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

/** The sum of the metrics in its index, from the table of all such sums. */
export function lookUp(sum: i32, table: usize, column: usize, rows: i32): void {
  const plane = indices + sum * BLOCK;
  for (let i = 0; i < rows; i++) set(column, i, get(table, load<u8>(plane + i)));
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

// @ts-expect-error: decorator
@inline
function lowBytes(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-expect-error: decorator
@inline
function highBytes(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// @ts-expect-error: decorator
@inline
function putMasks(low: v128, high: v128, out: usize): void {
  v128.store(out, v128.shuffle<u32>(low, high, 0, 4, 1, 5));
  v128.store(out, v128.shuffle<u32>(low, high, 2, 6, 3, 7), 16);
}

// @ts-expect-error: decorator
@inline
function putEight(a: v128, b: v128, c: v128, d: v128, out: usize): void {
  putMasks(v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), v128.shuffle<u16>(c, d, 0, 8, 1, 9, 2, 10, 3, 11), out);
  putMasks(
    v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15),
    v128.shuffle<u16>(c, d, 4, 12, 5, 13, 6, 14, 7, 15),
    out + 32,
  );
}

/** The masks of a block, from their planes: the bytes of a row brought together. */
const knownMasks = memory.data(1024 * 8, 16);
const firedMasks = memory.data(1024 * 8, 16);

function joinPlanes(planes: usize, masks: usize, rows: i32): void {
  for (let i = 0; i < rows; i += GROUP) {
    const p = planes + i;
    const a = v128.load(p);
    const b = v128.load(p + BLOCK);
    const c = v128.load(p + 2 * BLOCK);
    const d = v128.load(p + 3 * BLOCK);
    const e = v128.load(p + 4 * BLOCK);
    const f = v128.load(p + 5 * BLOCK);
    const g = v128.load(p + 6 * BLOCK);
    const h = v128.load(p + 7 * BLOCK);
    putEight(lowBytes(a, b), lowBytes(c, d), lowBytes(e, f), lowBytes(g, h), at(masks, i));
    putEight(highBytes(a, b), highBytes(c, d), highBytes(e, f), highBytes(g, h), at(masks, i + 8));
  }
}

/** SPEC 5 on the masks and the sums of each row: the action, then the first safeguard that holds. */
export function decide(
  buyScore: usize,
  sellScore: usize,
  knownMask: usize,
  firedMask: usize,
  action: usize,
  reason: usize,
  isConflict: usize,
  rows: i32,
): void {
  joinPlanes(known, knownMasks, rows);
  joinPlanes(fired, firedMasks, rows);
  memory.copy(knownMask, knownMasks, rows << 3);
  memory.copy(firedMask, firedMasks, rows << 3);
  const buyThreshold = get(rules, BUY_THRESHOLD);
  const sellThreshold = get(rules, SELL_THRESHOLD);
  const active = load<u64>(at(rules, ACTIVE));
  for (let i = 0; i < rows; i++) {
    const buy = get(buyScore, i);
    const sell = get(sellScore, i);
    const buyReached = i32(buy >= buyThreshold);
    const sellReached = i32(sell >= sellThreshold);
    const conflict = buyReached & sellReached;
    // At most one of the two: no branch on what the market did.
    const does = (buyReached & i32(buy > sell + TOLERANCE)) - (sellReached & i32(sell > buy + TOLERANCE));
    const isWhole = load<u64>(at(knownMasks, i)) == active;
    let why = select<i32>(select<i32>(CONFLICT, NO_SIGNAL, conflict), INCOMPLETE, isWhole);
    if (i32(does != 0) & (conflict ^ 1) & i32(isWhole))
      why = safeguard(load<u64>(at(firedMasks, i)), does, buy, sell);
    store<i8>(action + i, <i8>does);
    store<i16>(reason + (i << 1), <i16>why);
    store<u8>(isConflict + i, <u8>conflict);
  }
}

/** The first safeguard that holds of a signal without conflict. */
function safeguard(allFired: u64, action: i32, buy: f64, sell: f64): i32 {
  const filtered = allFired & load<u64>(at(rules, FILTERS));
  if (filtered != 0) return FILTER + <i32>ctz(filtered);
  if (Math.abs(buy - sell) < get(rules, MIN_EDGE)) return WEAK_EDGE;
  const confidence = Math.max(buy, sell) / get(rules, MAX_SCORE);
  if (confidence < get(rules, action == BUY ? BUY_LOW : SELL_LOW)) return LOW_CONFIDENCE;
  if (confidence > get(rules, action == BUY ? BUY_HIGH : SELL_HIGH)) return OVER_CONFIDENCE;
  return NONE;
}
