/** Closed trades in the order of predicting_at and the tie rule. */
export interface TradeColumns {
  /** Group of each trade; NaN: in none. */
  readonly g: Float64Array;
  /** Number of the partition. */
  readonly slot: Float64Array;
  readonly predicting_at: Float64Array;
  readonly confirmed_at: Float64Array;
}

/**
 * Which trades an account takes (SPEC 7): each group is an account of its own. A trade is left out when a taken one of
 * its partition holds [predicting_at, confirmed_at), or when floor(1 / allocation) taken ones are open. Whether a trade
 * is taken depends on those taken before it, so this is the one step that is no query.
 *
 * @returns indices of the trades taken
 */
export function takeTrades(trades: TradeColumns, allocation: number): number[] {
  const { g, slot, predicting_at: start, confirmed_at: end } = trades;
  const room = Math.floor(1 / allocation);
  const accounts = new Map<number, Account>();
  const taken: number[] = [];
  for (let i = 0; i < g.length; i++) {
    const group = g[i]!;
    if (Number.isNaN(group)) continue;
    let account = accounts.get(group);
    if (account === undefined) {
      account = { heldUntil: new Map(), open: new EndTimes() };
      accounts.set(group, account);
    }
    const { heldUntil, open } = account;
    open.dropUntil(start[i]!);
    if (open.size >= room || (heldUntil.get(slot[i]!) ?? Number.NEGATIVE_INFINITY) > start[i]!) continue;
    heldUntil.set(slot[i]!, end[i]!);
    open.add(end[i]!);
    taken.push(i);
  }
  return taken;
}

interface Account {
  /** End of the trade that holds a partition's slot, by partition. */
  readonly heldUntil: Map<number, number>;
  readonly open: EndTimes;
}

/** Times in a binary heap, the earliest on top. */
class EndTimes {
  readonly #heap: number[] = [];

  get size(): number {
    return this.#heap.length;
  }

  add(time: number): void {
    const heap = this.#heap;
    let i = heap.push(time) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]! <= time) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = time;
  }

  /** Forgets times that are not after `now`. */
  dropUntil(now: number): void {
    while (this.#heap.length > 0 && this.#heap[0]! <= now) this.#dropFirst();
  }

  #dropFirst(): void {
    const heap = this.#heap;
    const time = heap.pop()!;
    const size = heap.length;
    if (size === 0) return;
    let i = 0;
    for (let child = 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= time) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = time;
  }
}
