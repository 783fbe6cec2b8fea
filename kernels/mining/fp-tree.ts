import { countItems, type Transactions } from './transactions.js';

/**
 * An FP-tree (Han, Pei, Yin 2000) without node objects. Items are ranked, the most frequent first; nodes are numbered so
 * that those of one rank stand together, which makes the header chain of the paper a range: nodes of rank r are
 * `starts[r] .. starts[r + 1]`. The parent of a node has a lower rank, hence a lower number.
 */
export interface FpTree {
  /** Item id by rank; only items that reach the count. */
  readonly ranked: Int32Array;
  /** How many transactions hold the item, by rank. */
  readonly sums: Int32Array;
  readonly starts: Int32Array;
  /** By node: the node above, -1 for none. */
  readonly parents: Int32Array;
  /** By node: transactions whose path goes through it. */
  readonly counts: Int32Array;
}

/** The tree of the transactions, without items that stand in fewer than `minCount` of them. */
export function buildTree(transactions: Transactions, minCount: number): FpTree {
  const supports = countItems(transactions);
  const ranked = Int32Array.from(supports.keys())
    .filter((item) => supports[item]! >= minCount)
    // Ties by id: the tree does not depend on the order of the transactions.
    .sort((a, b) => supports[b]! - supports[a]! || a - b);
  const paths = rankedPaths(transactions, ranked);
  const nodes = insertPaths(paths);
  const starts = new Int32Array(ranked.length + 1);
  for (let v = 0; v < nodes.length; v++) starts[nodes.ranks[v]! + 1]!++;
  for (let r = 0; r < ranked.length; r++) starts[r + 1]! += starts[r]!;
  return {
    ranked,
    sums: ranked.map((item) => supports[item]!),
    starts,
    ...renumbered(nodes, starts),
  };
}

interface Paths {
  readonly offsets: Int32Array;
  /** Ranks, rising within a path. */
  readonly ranks: Int32Array;
}

/** Each transaction as the ranks of its frequent items. */
function rankedPaths({ offsets, items, itemCount }: Transactions, ranked: Int32Array): Paths {
  const rankOf = new Int32Array(itemCount).fill(-1);
  ranked.forEach((item, rank) => {
    rankOf[item] = rank;
  });
  const ranks = new Int32Array(items.length);
  const ends = new Int32Array(offsets.length);
  let end = 0;
  for (let t = 0; t + 1 < offsets.length; t++) {
    const from = end;
    for (let i = offsets[t]!; i < offsets[t + 1]!; i++) {
      const rank = rankOf[items[i]!]!;
      if (rank < 0) continue;
      let at = end++;
      for (; at > from && ranks[at - 1]! > rank; at--) ranks[at] = ranks[at - 1]!;
      ranks[at] = rank;
    }
    ends[t + 1] = end;
  }
  return { offsets: ends, ranks };
}

/** Nodes in depth-first order: every parent before its children. */
interface Nodes {
  readonly length: number;
  readonly ranks: Int32Array;
  readonly parents: Int32Array;
  readonly counts: Int32Array;
}

/**
 * Inserts the paths in lexicographic order, so that a path shares nodes with the one before it only: no child is ever
 * searched for.
 */
function insertPaths({ offsets, ranks }: Paths): Nodes {
  const order = Int32Array.from({ length: offsets.length - 1 }, (_, t) => t).sort((a, b) => {
    const [fromA, fromB] = [offsets[a]!, offsets[b]!];
    const [sizeA, sizeB] = [offsets[a + 1]! - fromA, offsets[b + 1]! - fromB];
    for (let k = 0; k < sizeA && k < sizeB; k++) {
      const difference = ranks[fromA + k]! - ranks[fromB + k]!;
      if (difference !== 0) return difference;
    }
    return sizeA - sizeB;
  });
  const room = offsets[offsets.length - 1]!;
  const nodeRanks = new Int32Array(room);
  const parents = new Int32Array(room);
  const counts = new Int32Array(room);
  const path = new Int32Array(longest(offsets));
  let depth = 0;
  let length = 0;
  for (const t of order) {
    const from = offsets[t]!;
    const size = offsets[t + 1]! - from;
    let shared = 0;
    while (shared < size && shared < depth && nodeRanks[path[shared]!] === ranks[from + shared]) shared++;
    for (depth = shared; depth < size; depth++) {
      nodeRanks[length] = ranks[from + depth]!;
      parents[length] = depth === 0 ? -1 : path[depth - 1]!;
      path[depth] = length++;
    }
    if (size > 0) counts[path[size - 1]!]!++;
  }
  // Counts stand where paths end; a node counts what ends below it too.
  for (let v = length - 1; v >= 0; v--) if (parents[v]! >= 0) counts[parents[v]!]! += counts[v]!;
  return { length, ranks: nodeRanks, parents, counts };
}

function longest(offsets: Int32Array): number {
  let size = 0;
  for (let t = 0; t + 1 < offsets.length; t++) size = Math.max(size, offsets[t + 1]! - offsets[t]!);
  return size;
}

/** Parents and counts with the nodes of one rank together. */
function renumbered(nodes: Nodes, starts: Int32Array): Pick<FpTree, 'parents' | 'counts'> {
  const next = starts.slice();
  const numbers = new Int32Array(nodes.length);
  const parents = new Int32Array(nodes.length);
  const counts = new Int32Array(nodes.length);
  for (let v = 0; v < nodes.length; v++) {
    const number = next[nodes.ranks[v]!]!++;
    const parent = nodes.parents[v]!;
    numbers[v] = number;
    parents[number] = parent < 0 ? -1 : numbers[parent]!;
    counts[number] = nodes.counts[v]!;
  }
  return { parents, counts };
}
