import type { FpTree } from './fp-tree.js';

/**
 * The tree under way and, below it, the trees it was projected from: nodes and ranks of all of them in one set of arrays,
 * each tree after the one it descends from.
 *
 * A projection has two steps. `project` weighs the ancestors of an item's nodes; what it found stands in the arrays until
 * `push` has made a tree of it or `forget` has dropped it.
 */
export class TreeStack {
  readonly #minCount: number;
  // By node.
  #parents: Int32Array;
  #counts: Int32Array;
  #ranks: Int32Array;
  /** Weight of a node in the projection under way; 0: not part of it. */
  #weights: Int32Array;
  /** The next node of the same rank in the projection, -1: none. */
  #next: Int32Array;
  /** The node in the tree being pushed that stands for this one, or for its nearest frequent ancestor. */
  #copies: Int32Array;
  // By rank, the ranks of each tree one after another: item, sum, first node.
  readonly #items: Int32Array;
  readonly #sums: Int32Array;
  readonly #starts: Int32Array;
  /** By rank of the tree under way: first node of the projection, and the sum of its weights. */
  readonly #heads: Int32Array;
  readonly #projected: Int32Array;
  // By depth: where the ranks of the tree begin, how many there are, which one is next.
  readonly #bases: Int32Array;
  readonly #sizes: Int32Array;
  readonly #cursors: Int32Array;
  #depth = 1;

  constructor(tree: FpTree, minCount: number) {
    this.#minCount = minCount;
    const size = tree.ranked.length;
    this.#parents = tree.parents.slice();
    this.#counts = tree.counts.slice();
    this.#ranks = new Int32Array(tree.parents.length);
    for (let r = 0; r < size; r++) this.#ranks.fill(r, tree.starts[r]!, tree.starts[r + 1]!);
    this.#weights = new Int32Array(tree.parents.length);
    this.#next = new Int32Array(tree.parents.length);
    this.#copies = new Int32Array(tree.parents.length);
    // A tree has fewer ranks than the one it comes from; each needs one more start than ranks.
    const room = ((size + 1) * (size + 2)) / 2;
    this.#items = new Int32Array(room);
    this.#sums = new Int32Array(room);
    this.#starts = new Int32Array(room);
    this.#items.set(tree.ranked);
    this.#sums.set(tree.sums);
    this.#starts.set(tree.starts);
    this.#heads = new Int32Array(size).fill(-1);
    this.#projected = new Int32Array(size);
    this.#bases = new Int32Array(size + 1);
    this.#sizes = new Int32Array(size + 1);
    this.#cursors = new Int32Array(size + 1);
    this.#sizes[0] = size;
    this.#cursors[0] = size;
  }

  /** Trees on the stack; the items chosen above the tree under way are one fewer. */
  get depth(): number {
    return this.#depth;
  }

  /** The next rank of the tree under way, from the rarest item up; -1 when all have been seen. */
  nextRank(): number {
    return --this.#cursors[this.#depth - 1]!;
  }

  item(rank: number): number {
    return this.#items[this.#bases[this.#depth - 1]! + rank]!;
  }

  /** Transactions of the tree under way that hold the item. */
  sum(rank: number): number {
    return this.#sums[this.#bases[this.#depth - 1]! + rank]!;
  }

  /** Transactions that hold the projected item and this one. */
  projectedSum(rank: number): number {
    return this.#projected[rank]!;
  }

  /**
   * Weighs every ancestor of the nodes of `rank` by the transactions that come from there.
   *
   * @returns how many items are frequent together with that of `rank`
   */
  project(rank: number): number {
    const parents = this.#parents;
    const counts = this.#counts;
    const weights = this.#weights;
    const base = this.#bases[this.#depth - 1]! + rank;
    const end = this.#starts[base + 1]!;
    for (let v = this.#starts[base]!; v < end; v++)
      if (parents[v]! >= 0) this.#weigh(parents[v]!, counts[v]!);
    let frequent = 0;
    // From below: when a rank's turn comes, all weights have reached it.
    for (let above = rank - 1; above >= 0; above--) {
      let sum = 0;
      for (let v = this.#heads[above]!; v >= 0; v = this.#next[v]!) {
        const weight = weights[v]!;
        sum += weight;
        if (parents[v]! >= 0) this.#weigh(parents[v]!, weight);
      }
      this.#projected[above] = sum;
      if (sum >= this.#minCount) frequent++;
    }
    return frequent;
  }

  /** Makes the projection of `rank` the tree under way. */
  push(rank: number): void {
    const base = this.#bases[this.#depth - 1]!;
    const firstRank = base + this.#sizes[this.#depth - 1]! + 1;
    let node = this.#starts[firstRank - 1]!;
    this.#reserve(node, rank);
    const parents = this.#parents;
    const copies = this.#copies;
    let size = 0;
    // From above: the copy of a parent is there before its children come.
    for (let above = 0; above < rank; above++) {
      const sum = this.#projected[above]!;
      const isFrequent = sum >= this.#minCount;
      if (isFrequent) {
        this.#items[firstRank + size] = this.#items[base + above]!;
        this.#sums[firstRank + size] = sum;
        this.#starts[firstRank + size] = node;
      }
      for (let v = this.#heads[above]!; v >= 0; v = this.#next[v]!) {
        const parent = parents[v]! < 0 ? -1 : copies[parents[v]!]!;
        if (isFrequent) {
          parents[node] = parent;
          this.#counts[node] = this.#weights[v]!;
          this.#ranks[node] = size;
          copies[v] = node++;
        } else copies[v] = parent;
        this.#weights[v] = 0;
      }
      this.#heads[above] = -1;
      if (isFrequent) size++;
    }
    this.#starts[firstRank + size] = node;
    this.#bases[this.#depth] = firstRank;
    this.#sizes[this.#depth] = size;
    this.#cursors[this.#depth] = size;
    this.#depth++;
  }

  /** Drops the projection of `rank`. */
  forget(rank: number): void {
    for (let above = 0; above < rank; above++) {
      for (let v = this.#heads[above]!; v >= 0; v = this.#next[v]!) this.#weights[v] = 0;
      this.#heads[above] = -1;
    }
  }

  /** Goes back to the tree that the one under way was projected from. */
  pop(): void {
    this.#depth--;
  }

  #weigh(v: number, weight: number): void {
    if (this.#weights[v] === 0) {
      const rank = this.#ranks[v]!;
      this.#next[v] = this.#heads[rank]!;
      this.#heads[rank] = v;
    }
    this.#weights[v]! += weight;
  }

  /** Room for the frequent nodes of the projection from number `node` on. */
  #reserve(node: number, rank: number): void {
    let needed = node;
    for (let above = 0; above < rank; above++)
      if (this.#projected[above]! >= this.#minCount)
        for (let v = this.#heads[above]!; v >= 0; v = this.#next[v]!) needed++;
    if (needed <= this.#parents.length) return;
    const larger = (array: Int32Array): Int32Array => {
      const copy = new Int32Array(Math.max(needed, 2 * array.length));
      copy.set(array);
      return copy;
    };
    this.#parents = larger(this.#parents);
    this.#counts = larger(this.#counts);
    this.#ranks = larger(this.#ranks);
    this.#weights = larger(this.#weights);
    this.#next = larger(this.#next);
    this.#copies = larger(this.#copies);
  }
}
