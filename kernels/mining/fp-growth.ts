import { buildTree, type FpTree } from './fp-tree.js';
import { ItemsetList, type Itemsets } from './itemsets.js';
import type { Transactions } from './transactions.js';
import { TreeStack } from './tree-stack.js';

/** What is frequent, and where to stop. */
export interface FpGrowthOptions {
  /** Sets in at least so many transactions; at least 1 (`minCount`). */
  readonly minCount: number;
  /** Items a set, at most; at least 1. */
  readonly maxLength: number;
  /** Sets at most; one more and the run is given up. */
  readonly maxItemsets: number;
}

/**
 * The frequent item sets of the transactions, by FP-growth: J. Han, J. Pei, Y. Yin, Mining Frequent Patterns without
 * Candidate Generation, SIGMOD 2000. Conditional trees are made as C. Borgelt describes it (An Implementation of the
 * FP-growth Algorithm, 2005): the ancestors of an item's nodes are copied, level by level, so that no child is searched
 * for. Trees lie one upon another in flat arrays and the walk is a loop: depth costs no call stack.
 *
 * @returns sets in an order that depends on the transactions only; null: there are more than `maxItemsets`
 */
export function fpGrowth(transactions: Transactions, options: FpGrowthOptions): Itemsets | null {
  const tree = buildTree(transactions, options.minCount);
  return growTree(tree, options);
}

function growTree(tree: FpTree, { minCount, maxLength, maxItemsets }: FpGrowthOptions): Itemsets | null {
  const found = new ItemsetList();
  const prefix = new Int32Array(tree.ranked.length);
  const stack = new TreeStack(tree, minCount);
  while (stack.depth > 0) {
    const rank = stack.nextRank();
    if (rank < 0) {
      stack.pop();
      continue;
    }
    const size = stack.depth;
    const item = stack.item(rank);
    if (found.length >= maxItemsets) return null;
    found.push(prefix, size - 1, item, stack.sum(rank));
    if (size >= maxLength || rank === 0) continue;
    prefix[size - 1] = item;
    const frequent = stack.project(rank);
    if (size + 1 < maxLength) {
      if (frequent > 0) stack.push(rank);
      else stack.forget(rank);
      continue;
    }
    // Sets of the greatest length need counts only, no tree.
    for (let above = 0; above < rank; above++) {
      const sum = stack.projectedSum(above);
      if (sum < minCount) continue;
      if (found.length >= maxItemsets) return null;
      found.push(prefix, size, stack.item(above), sum);
    }
    stack.forget(rank);
  }
  return found.itemsets();
}
