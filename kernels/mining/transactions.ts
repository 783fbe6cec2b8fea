/**
 * Sets of item ids, one after another: transaction t holds `items[offsets[t] .. offsets[t + 1])`, each id at most once.
 */
export interface Transactions {
  /** `n + 1` rising offsets for n transactions. */
  readonly offsets: Int32Array;
  /** Ids of `0 .. itemCount - 1`. */
  readonly items: Int32Array;
  readonly itemCount: number;
}

/** In how many transactions each item stands. */
export function countItems({ items, itemCount }: Transactions): Int32Array {
  const counts = new Int32Array(itemCount);
  for (let i = 0; i < items.length; i++) counts[items[i]!]!++;
  return counts;
}

/**
 * The count at which a set of `transactions` reaches `minSupport` (SPEC 8): at least 1. The tolerance keeps 0.07 * 100 =
 * 7.000000000000001 at 7.
 */
export function minCount(minSupport: number, transactions: number): number {
  return Math.max(1, Math.ceil(minSupport * transactions - 1e-9));
}

/** Transactions `from .. to` as a set of their own; a copy. */
export function sliceTransactions(
  { offsets, items, itemCount }: Transactions,
  from: number,
  to: number,
): Transactions {
  const first = offsets[from]!;
  return {
    offsets: offsets.slice(from, to + 1).map((offset) => offset - first),
    items: items.slice(first, offsets[to]!),
    itemCount,
  };
}

/** The transactions of these numbers, in their order; a copy. */
export function selectTransactions(all: Transactions, numbers: Int32Array): Transactions {
  const offsets = new Int32Array(numbers.length + 1);
  numbers.forEach((t, k) => {
    offsets[k + 1] = offsets[k]! + all.offsets[t + 1]! - all.offsets[t]!;
  });
  const items = new Int32Array(offsets[numbers.length]!);
  numbers.forEach((t, k) => {
    items.set(all.items.subarray(all.offsets[t]!, all.offsets[t + 1]!), offsets[k]!);
  });
  return { offsets, items, itemCount: all.itemCount };
}
