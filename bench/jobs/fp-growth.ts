import { FPGrowth } from 'node-fpgrowth';
import { fpGrowth, type Itemsets, type Transactions } from '../../kernels/index.js';
import { mulberry32 } from '../corpus-walk.js';

export interface GrowArgs {
  readonly count: number;
  /** Items of each transaction, out of `itemCount`, all equally likely. */
  readonly size: number;
  readonly itemCount: number;
  readonly minCount: number;
}

/** Longest item sets; as many nested loops count them in `checkSets`. */
const MAX_LENGTH = 4;

/** Item sets of seeded transactions, which are ready before the clock starts. */
export async function growSets(args: GrowArgs): Promise<{ elapsedMs: number; found: number }> {
  const transactions = drawn(args);
  const start = performance.now();
  const { length } = grown(transactions, args);
  return { elapsedMs: performance.now() - start, found: length };
}

/** @throws Error with the first item set whose count is not that of four nested loops over every transaction */
export async function checkSets(args: GrowArgs): Promise<{ found: number }> {
  const transactions = drawn(args);
  const sets = grown(transactions, args);
  const counts = countedByLoops(transactions);
  for (let i = 0; i < sets.length; i++) {
    const items = sets.items.slice(sets.offsets[i], sets.offsets[i + 1]).sort();
    const key = keyOf(items, args.itemCount);
    if (counts[key] !== sets.counts[i])
      throw new Error(`fp-growth: [${items}] in ${sets.counts[i]} transactions, ${counts[key]} by loops`);
    // Found once: a second time it differs.
    counts[key] = 0;
  }
  const missed = counts.findIndex((count) => count >= args.minCount);
  if (missed >= 0)
    throw new Error(`fp-growth: set ${missed}, in ${counts[missed]} transactions, was not found`);
  return { found: sets.length };
}

/** What becomes of node-fpgrowth with the same transactions: how many item sets of any length it finds, or its error. */
export async function growPeerSets(args: GrowArgs): Promise<number | string> {
  const { offsets, items } = drawn(args);
  const sets = Array.from({ length: args.count }, (_, t) => [...items.subarray(offsets[t], offsets[t + 1])]);
  try {
    return (await new FPGrowth<number>(args.minCount / args.count).exec(sets)).length;
  } catch (error) {
    return (error as Error).message;
  }
}

function grown(transactions: Transactions, { minCount }: GrowArgs): Itemsets {
  return fpGrowth(transactions, { minCount, maxLength: MAX_LENGTH, maxItemsets: 5_000_000 })!;
}

function drawn({ count, size, itemCount }: GrowArgs): Transactions {
  const random = mulberry32(1);
  const offsets = Int32Array.from({ length: count + 1 }, (_, t) => t * size);
  const items = new Int32Array(count * size);
  const pool = Int32Array.from({ length: itemCount }, (_, i) => i);
  for (let t = 0; t < count; t++)
    for (let i = 0; i < size; i++) {
      // A shuffle that stops after `size` items.
      const j = i + Math.floor(random() * (itemCount - i));
      const item = pool[j]!;
      pool[j] = pool[i]!;
      pool[i] = item;
      items[t * size + i] = item;
    }
  return { offsets, items, itemCount };
}

/** A number for a set of rising items: digits in base `itemCount + 1`, item + 1 each. */
function keyOf(items: Int32Array, itemCount: number): number {
  return items.reduce((key, item) => key * (itemCount + 1) + item + 1, 0);
}

function countedByLoops({ offsets, items, itemCount }: Transactions): Int32Array {
  const base = itemCount + 1;
  const counts = new Int32Array(base ** MAX_LENGTH);
  for (let t = 0; t + 1 < offsets.length; t++) {
    const set = items.slice(offsets[t], offsets[t + 1]).sort();
    for (let a = 0; a < set.length; a++) {
      const one = set[a]! + 1;
      counts[one]!++;
      for (let b = a + 1; b < set.length; b++) {
        const two = one * base + set[b]! + 1;
        counts[two]!++;
        for (let c = b + 1; c < set.length; c++) {
          const three = two * base + set[c]! + 1;
          counts[three]!++;
          for (let d = c + 1; d < set.length; d++) counts[three * base + set[d]! + 1]!++;
        }
      }
    }
  }
  return counts;
}
