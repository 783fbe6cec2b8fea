/** Item sets with their counts: set i holds `items[offsets[i] .. offsets[i + 1])`, ids rising. */
export interface Itemsets {
  readonly length: number;
  readonly items: Int32Array;
  /** `length + 1` offsets. */
  readonly offsets: Int32Array;
  readonly counts: Int32Array;
}

/** Collects item sets in flat arrays that double when they are full. */
export class ItemsetList {
  #items = new Int32Array(1_024);
  #offsets = new Int32Array(1_024);
  #counts = new Int32Array(1_024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds the set `prefix[0 .. depth)` and `item`, in any order. */
  push(prefix: Int32Array, depth: number, item: number, count: number): void {
    const from = this.#offsets[this.#length]!;
    const end = from + depth + 1;
    while (end > this.#items.length) this.#items = grown(this.#items);
    if (this.#length + 2 > this.#offsets.length) {
      this.#offsets = grown(this.#offsets);
      this.#counts = grown(this.#counts);
    }
    // Insertion sort: a set has a handful of items. The last chosen are the most frequent, whose ids often are the lowest.
    const items = this.#items;
    items[from] = item;
    for (let at = from + 1; at < end; at++) {
      const id = prefix[depth - (at - from)]!;
      let place = at;
      for (; place > from && items[place - 1]! > id; place--) items[place] = items[place - 1]!;
      items[place] = id;
    }
    this.#counts[this.#length++] = count;
    this.#offsets[this.#length] = end;
  }

  /** The sets so far; a view, not a copy. */
  itemsets(): Itemsets {
    const length = this.#length;
    const offsets = this.#offsets.subarray(0, length + 1);
    const items = this.#items.subarray(0, offsets[length]!);
    return { length, items, offsets, counts: this.#counts.subarray(0, length) };
  }
}

/** The numbers of all sets, most frequent first, then the shorter, then by the ids. */
export function itemsetOrder({ length, items, offsets, counts }: Itemsets): Int32Array {
  return Int32Array.from({ length }, (_, i) => i).sort((a, b) => {
    if (counts[a] !== counts[b]) return counts[b]! - counts[a]!;
    const [fromA, fromB] = [offsets[a]!, offsets[b]!];
    const size = offsets[a + 1]! - fromA;
    const longer = size - (offsets[b + 1]! - fromB);
    if (longer !== 0) return longer;
    for (let k = 0; k < size; k++) {
      const difference = items[fromA + k]! - items[fromB + k]!;
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
