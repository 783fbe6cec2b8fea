import { at, get, pairAt } from './memory';
import { BLOCK, fired, known, PLANES } from './scoring';
import { GROUP, narrowed } from './truth';

// kernels/scoring/score.ts: what a block of rows whose metrics were added (scoring.ts) comes to.

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

/** The masks of sixteen rows, from their planes: the bytes of a row brought together. */
// @ts-expect-error: decorator
@inline
function joinPlanes(p: usize, out: usize): void {
  const a = v128.load(p);
  const b = v128.load(p + BLOCK);
  const c = v128.load(p + 2 * BLOCK);
  const d = v128.load(p + 3 * BLOCK);
  const e = v128.load(p + 4 * BLOCK);
  const f = v128.load(p + 5 * BLOCK);
  const g = v128.load(p + 6 * BLOCK);
  const h = v128.load(p + 7 * BLOCK);
  putEight(lowBytes(a, b), lowBytes(c, d), lowBytes(e, f), lowBytes(g, h), out);
  putEight(highBytes(a, b), highBytes(c, d), highBytes(e, f), highBytes(g, h), out + 64);
}

// @ts-expect-error: decorator
@inline
function isReached(score: usize, row: i32, threshold: v128): v128 {
  return f64x2.ge(pairAt(score, row), threshold);
}

/** The thresholds reached of sixteen rows. */
// @ts-expect-error: decorator
@inline
function reachedRows(score: usize, threshold: v128): v128 {
  return narrowed(
    isReached(score, 0, threshold),
    isReached(score, 2, threshold),
    isReached(score, 4, threshold),
    isReached(score, 6, threshold),
    isReached(score, 8, threshold),
    isReached(score, 10, threshold),
    isReached(score, 12, threshold),
    isReached(score, 14, threshold),
  );
}

// @ts-expect-error: decorator
@inline
function isAhead(score: usize, other: usize, row: i32, tolerance: v128): v128 {
  return f64x2.gt(pairAt(score, row), f64x2.add(pairAt(other, row), tolerance));
}

/** Where `score` is the greater one of sixteen rows. */
// @ts-expect-error: decorator
@inline
function aheadRows(score: usize, other: usize): v128 {
  const tolerance = f64x2.splat(TOLERANCE);
  return narrowed(
    isAhead(score, other, 0, tolerance),
    isAhead(score, other, 2, tolerance),
    isAhead(score, other, 4, tolerance),
    isAhead(score, other, 6, tolerance),
    isAhead(score, other, 8, tolerance),
    isAhead(score, other, 10, tolerance),
    isAhead(score, other, 12, tolerance),
    isAhead(score, other, 14, tolerance),
  );
}

/** Where of sixteen rows every active metric is known. */
// @ts-expect-error: decorator
@inline
function wholeRows(p: usize): v128 {
  let unlike = i8x16.splat(0);
  for (let plane = 0; plane < PLANES; plane++) {
    const active = v128.load8_splat(rules + (ACTIVE << 3) + plane);
    unlike = v128.or(unlike, v128.xor(v128.load(p + plane * BLOCK), active));
  }
  return i8x16.eq(unlike, i8x16.splat(0));
}

/** SPEC 5 on sixteen rows: no branch on what the market did but for the signals without conflict, whose safeguards are looked at. */
// @ts-expect-error: decorator
@inline
function decideGroup(
  i: i32,
  buyScore: usize,
  sellScore: usize,
  knownMask: usize,
  firedMask: usize,
  action: usize,
  reason: usize,
  isConflict: usize,
): void {
  joinPlanes(known + i, knownMask);
  joinPlanes(fired + i, firedMask);
  const buyReached = reachedRows(buyScore, v128.load64_splat(at(rules, BUY_THRESHOLD)));
  const sellReached = reachedRows(sellScore, v128.load64_splat(at(rules, SELL_THRESHOLD)));
  const conflict = v128.and(buyReached, sellReached);
  const buys = v128.and(buyReached, aheadRows(buyScore, sellScore));
  const sells = v128.and(sellReached, aheadRows(sellScore, buyScore));
  const whole = wholeRows(known + i);
  // A mask is -1: at most one of the two makes 1 of a BUY, -1 of a SELL.
  v128.store(action, i8x16.sub(sells, buys));
  v128.store(isConflict, i8x16.abs(conflict));
  const unsigned = v128.bitselect(i8x16.splat(<i8>CONFLICT), i8x16.splat(<i8>NO_SIGNAL), conflict);
  const why = v128.bitselect(unsigned, i8x16.splat(<i8>INCOMPLETE), whole);
  v128.store(reason, i16x8.extend_low_i8x16_s(why));
  v128.store(reason, i16x8.extend_high_i8x16_s(why), 16);
  let signals = i8x16.bitmask(v128.and(v128.andnot(v128.or(buys, sells), conflict), whole));
  for (; signals != 0; signals &= signals - 1) {
    const row = ctz(signals);
    const why = safeguard(load<u64>(at(firedMask, row)), load<i8>(action + row), get(buyScore, row), get(sellScore, row));
    store<i16>(reason + (row << 1), <i16>why);
  }
}

/** Sixteen rows of each column that decide() writes, for the last group where it is no whole one. */
const lastKnown = memory.data(16 * 8, 16);
const lastFired = memory.data(16 * 8, 16);
const lastActions = memory.data(16, 16);
const lastReasons = memory.data(16 * 2, 16);
const lastConflicts = memory.data(16, 16);

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
  let i = 0;
  for (; i + GROUP <= rows; i += GROUP)
    decideGroup(
      i,
      at(buyScore, i),
      at(sellScore, i),
      at(knownMask, i),
      at(firedMask, i),
      action + i,
      reason + (i << 1),
      isConflict + i,
    );
  if (i == rows) return;
  decideGroup(i, at(buyScore, i), at(sellScore, i), lastKnown, lastFired, lastActions, lastReasons, lastConflicts);
  const rest = rows - i;
  memory.copy(at(knownMask, i), lastKnown, rest << 3);
  memory.copy(at(firedMask, i), lastFired, rest << 3);
  memory.copy(action + i, lastActions, rest);
  memory.copy(reason + (i << 1), lastReasons, rest << 1);
  memory.copy(isConflict + i, lastConflicts, rest);
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
