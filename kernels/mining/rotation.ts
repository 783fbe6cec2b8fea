import { type Bitmaps, transactionsOf, wordsOf } from './bitmaps.js';
import type { Itemsets } from './itemsets.js';
import { ShiftCounter } from './shift-counter.js';

/** Rotations that a p value is taken from, at most (SPEC 8). */
export const MAX_SHIFTS = 999;

/** S of SPEC 8: how many rotations `trades` trades allow. */
export const shiftCount = (trades: number): number => Math.max(0, Math.min(MAX_SHIFTS, trades - 1));

/**
 * The labels under every rotation: bit `j - 1` of the row of trade t is label'[t] of shift j. Within each group the series
 * is shifted circularly by floor(j n_g / (S + 1) + 0.5), j = 1..S.
 *
 * @param labels 1 WIN, 0 LOSS, by trade in trade order
 * @param groups number of the group, by trade
 * @param rows zeros, `labels.length * wordsOf(shifts)`; the caller owns them
 */
export function rotateLabels(
  labels: Uint8Array,
  groups: Int32Array,
  groupCount: number,
  shifts: number,
  rows: Uint32Array,
): void {
  const words = wordsOf(shifts);
  const sizes = new Int32Array(groupCount);
  for (const group of groups) sizes[group]!++;
  for (let g = 0; g < groupCount; g++) {
    const size = sizes[g]!;
    const members = new Int32Array(size);
    for (let t = 0, k = 0; k < size; t++) if (groups[t] === g) members[k++] = t;
    for (let j = 1; j <= shifts; j++) {
      const bit = 1 << ((j - 1) & 31);
      const word = (j - 1) >>> 5;
      let source = size - (Math.floor((j * size) / (shifts + 1) + 0.5) % size);
      if (source === size) source = 0;
      for (let i = 0; i < size; i++) {
        if (labels[members[source]!] === 1) rows[members[i]! * words + word]! |= bit;
        if (++source === size) source = 0;
      }
    }
  }
}

/** What the test by rotation looks at; arrays may lie on shared memory. */
export interface RotationInput {
  readonly itemsets: Itemsets;
  /** Of the trades in sample. */
  readonly bitmaps: Bitmaps;
  /** As `rotateLabels` makes them. */
  readonly rows: Uint32Array;
  readonly shifts: number;
  /** By item set: sum of p0 over its trades; the same under every rotation. */
  readonly expected: Float64Array;
  /** By item set: sqrt of the sum of p0 (1 - p0); 0 where nothing can be said. */
  readonly deviation: Float64Array;
  /** By item set: z of the labels as they are. */
  readonly z: Float64Array;
}

export interface RotationOutput {
  /** By tested item set: shifts whose z reaches the observed one (to 1e-9). */
  readonly reached: Int32Array;
  /** By shift: the largest z over the tested item sets. */
  readonly largest: Float64Array;
}

/** In favour of reaching (SPEC 8). */
const TOLERANCE = 1e-9;

/**
 * z of the item sets `from .. to` under every rotation. Sets without deviation are left out.
 *
 * @param tested numbers of the item sets to look at; parts of it can be given to several threads
 */
export function testRotations(input: RotationInput, tested: Int32Array): RotationOutput {
  const { itemsets, bitmaps, rows, shifts, expected, deviation, z } = input;
  const counter = new ShiftCounter(rows, wordsOf(shifts));
  const trades = new Int32Array(bitmaps.words * 32);
  const wins = new Int32Array(wordsOf(shifts) * 32);
  const reached = new Int32Array(tested.length);
  const largest = new Float64Array(shifts).fill(Number.NEGATIVE_INFINITY);
  tested.forEach((i, k) => {
    if (deviation[i] === 0) return;
    const count = transactionsOf(bitmaps, itemsets, i, trades);
    counter.count(trades, count, wins);
    const mean = expected[i]!;
    const scale = deviation[i]!;
    const threshold = z[i]! - TOLERANCE;
    let hits = 0;
    for (let j = 0; j < shifts; j++) {
      const shifted = (wins[j]! - mean) / scale;
      if (shifted >= threshold) hits++;
      if (shifted > largest[j]!) largest[j] = shifted;
    }
    reached[k] = hits;
  });
  return { reached, largest };
}

/** (1 + how many of `largest` reach z, to 1e-9) / (1 + S), by z. */
export function adjustedP(z: Float64Array, largest: Float64Array): Float64Array {
  const sorted = largest.slice().sort();
  return z.map((value) => {
    const threshold = value - TOLERANCE;
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! >= threshold) high = middle;
      else low = middle + 1;
    }
    return (1 + sorted.length - low) / (1 + sorted.length);
  });
}
