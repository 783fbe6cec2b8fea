import type { Itemsets } from './itemsets.js';
import type { Transactions } from './transactions.js';

/** By item, one bit a transaction: bit `t & 31` of word `item * words + (t >> 5)`. */
export interface Bitmaps {
  readonly bits: Uint32Array;
  /** Words an item. */
  readonly words: number;
}

/** Words that `count` bits take. */
export const wordsOf = (count: number): number => (count + 31) >>> 5;

/** The transactions turned round. @param bits zeros, `itemCount * wordsOf(n)` of them; the caller owns them */
export function itemBitmaps({ offsets, items }: Transactions, bits: Uint32Array): Bitmaps {
  const words = wordsOf(offsets.length - 1);
  for (let t = 0; t + 1 < offsets.length; t++)
    for (let i = offsets[t]!; i < offsets[t + 1]!; i++) bits[items[i]! * words + (t >>> 5)]! |= 1 << (t & 31);
  return { bits, words };
}

/**
 * The transactions that hold every item of set `i`, in order.
 *
 * @param into at least as long as there are such transactions
 * @returns how many there are
 */
export function transactionsOf(
  { bits, words }: Bitmaps,
  { items, offsets }: Itemsets,
  i: number,
  into: Int32Array,
): number {
  const from = offsets[i]!;
  const end = offsets[i + 1]!;
  let count = 0;
  for (let w = 0; w < words; w++) {
    let word = bits[items[from]! * words + w]!;
    for (let k = from + 1; k < end && word !== 0; k++) word &= bits[items[k]! * words + w]!;
    while (word !== 0) {
      const lowest = word & -word;
      into[count++] = (w << 5) + 31 - Math.clz32(lowest);
      word ^= lowest;
    }
  }
  return count;
}
