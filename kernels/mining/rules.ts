import type { Itemsets } from './itemsets.js';

/** Association rules (antecedent -> one consequent) of item sets: columns of equal length. */
export interface AssociationRules {
  readonly length: number;
  /** Number of the item set that antecedent and consequent make. */
  readonly itemset: Int32Array;
  /** Which of the set's items is the consequent, from 0; the others are the antecedent. */
  readonly position: Int32Array;
  /** count(antecedent and consequent) / count(antecedent) */
  readonly confidence: Float64Array;
  /** confidence / (count(consequent) / transactions) */
  readonly lift: Float64Array;
}

/**
 * Rules inside the item sets whose confidence is at least `minConfidence`, with confidence and lift as Spark's FPGrowth
 * defines them (org.apache.spark.ml.fpm.FPGrowth, associationRules).
 *
 * @param itemsets with every subset of each of them, as `fpGrowth` gives them
 * @param transactions how many there were
 */
export function associationRules(
  itemsets: Itemsets,
  transactions: number,
  minConfidence: number,
): AssociationRules {
  const index = new ItemsetIndex(itemsets);
  const { offsets, items, counts } = itemsets;
  const found: { itemset: number[]; position: number[]; confidence: number[]; lift: number[] } = {
    itemset: [],
    position: [],
    confidence: [],
    lift: [],
  };
  for (let i = 0; i < itemsets.length; i++) {
    const from = offsets[i]!;
    const size = offsets[i + 1]! - from;
    if (size < 2) continue;
    for (let position = 0; position < size; position++) {
      const confidence = counts[i]! / counts[index.without(i, position)]!;
      if (confidence < minConfidence) continue;
      const consequent = counts[index.single(items[from + position]!)]!;
      found.itemset.push(i);
      found.position.push(position);
      found.confidence.push(confidence);
      found.lift.push(confidence / (consequent / transactions));
    }
  }
  return {
    length: found.itemset.length,
    itemset: Int32Array.from(found.itemset),
    position: Int32Array.from(found.position),
    confidence: Float64Array.from(found.confidence),
    lift: Float64Array.from(found.lift),
  };
}

/** Finds item sets by their items: open addressing over their numbers. */
class ItemsetIndex {
  readonly #itemsets: Itemsets;
  /** Number of the set + 1; 0: free. */
  readonly #slots: Int32Array;

  constructor(itemsets: Itemsets) {
    this.#itemsets = itemsets;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * itemsets.length + 2)));
    const { offsets, items } = itemsets;
    for (let i = 0; i < itemsets.length; i++) {
      let hash = SEED;
      for (let k = offsets[i]!; k < offsets[i + 1]!; k++) hash = mixed(hash, items[k]!);
      let slot = hash & (this.#slots.length - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = i + 1;
    }
  }

  /** The set of one item. */
  single(item: number): number {
    return this.#find(mixed(SEED, item), (j, from) => {
      const { offsets, items } = this.#itemsets;
      return offsets[j + 1]! - from === 1 && items[from] === item;
    });
  }

  /** Set `i` without its item at `position`. */
  without(i: number, position: number): number {
    const { offsets, items } = this.#itemsets;
    const start = offsets[i]!;
    const size = offsets[i + 1]! - start;
    let hash = SEED;
    for (let k = 0; k < size; k++) if (k !== position) hash = mixed(hash, items[start + k]!);
    return this.#find(hash, (j, from) => {
      if (offsets[j + 1]! - from !== size - 1) return false;
      for (let k = 0; k < size - 1; k++)
        if (items[from + k] !== items[start + k + (k < position ? 0 : 1)]) return false;
      return true;
    });
  }

  #find(hash: number, isIt: (j: number, from: number) => boolean): number {
    const slots = this.#slots;
    for (let slot = hash & (slots.length - 1); ; slot = (slot + 1) & (slots.length - 1)) {
      const j = slots[slot]! - 1;
      if (j < 0) throw new Error('rules: a subset of an item set is missing');
      if (isIt(j, this.#itemsets.offsets[j]!)) return j;
    }
  }
}

const SEED = 0x9e3779b9 | 0;

/** One step of MurmurHash3's mixing. */
function mixed(hash: number, item: number): number {
  let h = Math.imul(hash ^ Math.imul(item + 1, 0xcc9e2d51), 0x1b873593);
  h ^= h >>> 15;
  return Math.imul(h, 0x85ebca6b) ^ (h >>> 13);
}
