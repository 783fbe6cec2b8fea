import { type Bitmaps, itemBitmaps, transactionsOf, wordsOf } from './bitmaps.js';
import { benjaminiHochberg, fisherGreater } from './fisher.js';
import type { Itemsets } from './itemsets.js';
import { adjustedP, type RotationOutput } from './rotation.js';
import { sliceTransactions, type Transactions } from './transactions.js';

/** Confirmed trades in trade order, as edge rules look at them (SPEC 8). Columns of equal length. */
export interface LabelledTrades {
  readonly transactions: Transactions;
  /** 1 WIN, 0 LOSS. */
  readonly labels: Uint8Array;
  /** Percent, after costs. */
  readonly pnl: Float64Array;
  /** Number of the group (strategy, version, action, is_strong). */
  readonly groups: Int32Array;
  readonly groupCount: number;
}

/** The trades that structures are found in: the first floor(7 N / 10). */
export const inSampleCount = (trades: number): number => Math.floor((7 * trades) / 10);

/** Trades `from .. to`; a copy. */
export function sliceTrades(trades: LabelledTrades, from: number, to: number): LabelledTrades {
  return {
    transactions: sliceTransactions(trades.transactions, from, to),
    labels: trades.labels.slice(from, to),
    pnl: trades.pnl.slice(from, to),
    groups: trades.groups.slice(from, to),
    groupCount: trades.groupCount,
  };
}

/** What a sample says of each item set: columns by item set, NaN where undefined. */
export interface SampleFigures {
  readonly count: Int32Array;
  readonly wins: Int32Array;
  /** P(structure) */
  readonly support: Float64Array;
  /** P(WIN | structure) */
  readonly winRate: Float64Array;
  /** winRate / win rate of the sample */
  readonly lift: Float64Array;
  /** Mean, percent; summed in trade order. */
  readonly avgPnl: Float64Array;
}

/** Bitmaps of a sample on memory of its own. @param bits as `itemBitmaps` takes them */
export function sampleBitmaps(
  { transactions }: LabelledTrades,
  bits: Uint32Array = new Uint32Array(transactions.itemCount * wordsOf(transactions.offsets.length - 1)),
): Bitmaps {
  return itemBitmaps(transactions, bits);
}

/** Count, win rate, lift and pnl of each item set in a sample. */
export function sampleFigures(sample: LabelledTrades, bitmaps: Bitmaps, itemsets: Itemsets): SampleFigures {
  const { labels, pnl } = sample;
  const total = labels.length;
  const baseRate = labels.reduce((sum, label) => sum + label, 0) / total;
  const figures = {
    count: new Int32Array(itemsets.length),
    wins: new Int32Array(itemsets.length),
    support: new Float64Array(itemsets.length),
    winRate: new Float64Array(itemsets.length),
    lift: new Float64Array(itemsets.length),
    avgPnl: new Float64Array(itemsets.length),
  };
  const trades = new Int32Array(bitmaps.words * 32);
  for (let i = 0; i < itemsets.length; i++) {
    const count = transactionsOf(bitmaps, itemsets, i, trades);
    let wins = 0;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      wins += labels[trades[k]!]!;
      sum += pnl[trades[k]!]!;
    }
    figures.count[i] = count;
    figures.wins[i] = wins;
    figures.support[i] = count / total;
    figures.winRate[i] = wins / count;
    figures.lift[i] = wins / count / baseRate;
    figures.avgPnl[i] = sum / count;
  }
  return figures;
}

/** What the labels are compared with inside the groups: columns by item set. */
export interface Contrast {
  /** Sum of p0 over the structure's trades, p0 the win rate of a trade's group in sample. */
  readonly expected: Float64Array;
  /** sqrt of the sum of p0 (1 - p0). */
  readonly deviation: Float64Array;
  /** (wins - expected) / deviation; NaN where the deviation is 0. */
  readonly z: Float64Array;
  /** Item sets that have a deviation, one of those that stand for the same trades. */
  readonly tested: Int32Array;
  /** By item set: the one in `tested` that stands for the same trades, -1 where there is no deviation. */
  readonly testedAs: Int32Array;
}

/** Compares within the groups, in sample. Sums are taken in trade order. */
export function contrast(
  { labels, groups, groupCount }: LabelledTrades,
  bitmaps: Bitmaps,
  itemsets: Itemsets,
): Contrast {
  const members = new Int32Array(groupCount);
  const groupWins = new Int32Array(groupCount);
  groups.forEach((group, t) => {
    members[group]!++;
    groupWins[group]! += labels[t]!;
  });
  const p0 = Float64Array.from(members, (size, g) => groupWins[g]! / size);
  const expected = new Float64Array(itemsets.length);
  const deviation = new Float64Array(itemsets.length);
  const z = new Float64Array(itemsets.length);
  const trades = new Int32Array(bitmaps.words * 32);
  const twins = new TwinFinder(bitmaps, itemsets);
  const tested: number[] = [];
  const testedAs = new Int32Array(itemsets.length).fill(-1);
  for (let i = 0; i < itemsets.length; i++) {
    const count = transactionsOf(bitmaps, itemsets, i, trades);
    let wins = 0;
    let mean = 0;
    let variance = 0;
    for (let k = 0; k < count; k++) {
      const t = trades[k]!;
      const p = p0[groups[t]!]!;
      wins += labels[t]!;
      mean += p;
      variance += p * (1 - p);
    }
    expected[i] = mean;
    deviation[i] = Math.sqrt(variance);
    z[i] = variance === 0 ? Number.NaN : (wins - mean) / Math.sqrt(variance);
    if (variance === 0) continue;
    testedAs[i] = twins.find(i, trades, count);
    if (testedAs[i] === i) tested.push(i);
  }
  return { expected, deviation, z, tested: Int32Array.from(tested), testedAs };
}

/** Finds the first item set that stands for the same trades: rotations say the same of both. */
class TwinFinder {
  readonly #bitmaps: Bitmaps;
  readonly #itemsets: Itemsets;
  readonly #byHash = new Map<number, number[]>();
  readonly #other: Int32Array;

  constructor(bitmaps: Bitmaps, itemsets: Itemsets) {
    this.#bitmaps = bitmaps;
    this.#itemsets = itemsets;
    this.#other = new Int32Array(bitmaps.words * 32);
  }

  /** The twin of `i`, which stands for the first `count` of `trades`; `i` when it is the first of its kind. */
  find(i: number, trades: Int32Array, count: number): number {
    let hash = count;
    for (let k = 0; k < count; k++) hash = Math.imul(hash ^ trades[k]!, 0x9e3779b1) ^ (hash >>> 15);
    const candidates = this.#byHash.get(hash);
    if (candidates === undefined) {
      this.#byHash.set(hash, [i]);
      return i;
    }
    for (const j of candidates) if (this.#isSame(j, trades, count)) return j;
    candidates.push(i);
    return i;
  }

  #isSame(j: number, trades: Int32Array, count: number): boolean {
    if (this.#itemsets.counts[j] !== count) return false;
    const size = transactionsOf(this.#bitmaps, this.#itemsets, j, this.#other);
    for (let k = 0; k < size; k++) if (this.#other[k] !== trades[k]) return false;
    return true;
  }
}

/** How sure it is that a structure wins more often than its groups do: columns by item set, NaN where undefined. */
export interface Significance {
  readonly pValue: Float64Array;
  readonly pAdjusted: Float64Array;
  /** Fisher's exact p, one-sided, and its Benjamini-Hochberg q: naive, since trades overlap. */
  readonly fisherP: Float64Array;
  readonly fisherQ: Float64Array;
}

/** @param rotation of `tested`, in its order */
export function significance(
  { labels }: LabelledTrades,
  { count, wins }: SampleFigures,
  { z, tested, testedAs }: Contrast,
  { reached, largest }: RotationOutput,
): Significance {
  const hits = new Int32Array(count.length);
  tested.forEach((i, k) => {
    hits[i] = reached[k]!;
  });
  const total = labels.length;
  const allWins = labels.reduce((sum, label) => sum + label, 0);
  const fisherP = Float64Array.from(count, (n, i) => fisherGreater(wins[i]!, n, allWins, total));
  const adjusted = adjustedP(z, largest);
  const known = (of: (i: number) => number): Float64Array =>
    Float64Array.from(testedAs, (twin, i) => (twin < 0 ? Number.NaN : of(i)));
  return {
    pValue: known((i) => (1 + hits[testedAs[i]!]!) / (1 + largest.length)),
    pAdjusted: known((i) => adjusted[i]!),
    fisherP,
    fisherQ: benjaminiHochberg(fisherP),
  };
}

/** `is_edge` of SPEC 8. */
export function isEdge(
  { pAdjusted }: Significance,
  inSample: SampleFigures,
  outOfSample: SampleFigures,
  i: number,
): boolean {
  // A comparison with NaN is false: what is undefined is no edge.
  return (
    pAdjusted[i]! <= 0.05 && outOfSample.lift[i]! > 1 && inSample.avgPnl[i]! > 0 && outOfSample.avgPnl[i]! > 0
  );
}
