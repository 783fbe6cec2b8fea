import {
  type AssociationRules,
  type Contrast,
  type Itemsets,
  isEdge,
  type SampleFigures,
  type Significance,
} from '../../kernels/index.js';
import type { AssociationPattern, EdgePattern, EdgeSample, PatternItemset } from '../../warehouse/index.js';

/** Names of the items of set `i`, in the order of their text. */
function namesOf({ items, offsets }: Itemsets, i: number, names: readonly string[]): string[] {
  return Array.from(items.subarray(offsets[i]!, offsets[i + 1]!), (item) => names[item]!);
}

/** Frequent structures in `order`. */
export function* itemsetPatterns(
  itemsets: Itemsets,
  order: Int32Array,
  names: readonly string[],
  wins: number,
): Generator<PatternItemset> {
  for (const i of order)
    yield {
      items: namesOf(itemsets, i, names),
      count: itemsets.counts[i]!,
      support: itemsets.counts[i]! / wins,
    };
}

/** The rules, the surest first, then those of greater lift and count; what is equal stays in the order of `order`. */
export function* associationPatterns(
  rules: AssociationRules,
  itemsets: Itemsets,
  order: Int32Array,
  names: readonly string[],
  wins: number,
): Generator<AssociationPattern> {
  const { itemset, position, confidence, lift } = rules;
  const { counts } = itemsets;
  const place = new Int32Array(itemsets.length);
  order.forEach((i, k) => {
    place[i] = k;
  });
  const sorted = Int32Array.from(itemset.keys()).sort(
    (a, b) =>
      confidence[b]! - confidence[a]! ||
      lift[b]! - lift[a]! ||
      place[itemset[a]!]! - place[itemset[b]!]! ||
      position[a]! - position[b]!,
  );
  for (const r of sorted) {
    const i = itemset[r]!;
    const items = namesOf(itemsets, i, names);
    const [consequent] = items.splice(position[r]!, 1);
    yield {
      kind: 'ASSOCIATION',
      antecedent: items,
      consequent: consequent!,
      count: counts[i]!,
      support: counts[i]! / wins,
      confidence: confidence[r]!,
      lift: lift[r]!,
    };
  }
}

/** What was found about structures in and out of sample. */
export interface EdgeFindings {
  readonly itemsets: Itemsets;
  readonly inSample: SampleFigures;
  readonly outOfSample: SampleFigures;
  readonly compared: Contrast;
  readonly sure: Significance;
}

/** Edge rules, edges first, then the most significant; what is equal stays in the order of `order`. */
export function* edgePatterns(
  { itemsets, inSample, outOfSample, compared, sure }: EdgeFindings,
  order: Int32Array,
  names: readonly string[],
): Generator<EdgePattern> {
  const edges = Uint8Array.from(order.keys(), (i) => (isEdge(sure, inSample, outOfSample, i) ? 1 : 0));
  const { z } = compared;
  // What has no z comes last.
  const rank = (i: number): number => (Number.isNaN(z[i]!) ? Number.NEGATIVE_INFINITY : z[i]!);
  const place = new Int32Array(order.length);
  order.forEach((i, k) => {
    place[i] = k;
  });
  const sorted = order.slice().sort((a, b) => {
    if (edges[a] !== edges[b]) return edges[b]! - edges[a]!;
    if (rank(a) !== rank(b)) return rank(b) - rank(a);
    return place[a]! - place[b]!;
  });
  for (const i of sorted)
    yield {
      kind: 'EDGE',
      items: namesOf(itemsets, i, names),
      inSample: sampleOf(inSample, i),
      outOfSample: sampleOf(outOfSample, i),
      z: known(z[i]!),
      pValue: known(sure.pValue[i]!),
      pAdjusted: known(sure.pAdjusted[i]!),
      fisherP: sure.fisherP[i]!,
      fisherQ: sure.fisherQ[i]!,
      isEdge: edges[i] === 1,
    };
}

function sampleOf({ count, wins, support, winRate, lift, avgPnl }: SampleFigures, i: number): EdgeSample {
  return {
    count: count[i]!,
    wins: wins[i]!,
    support: known(support[i]!),
    winRate: known(winRate[i]!),
    lift: known(lift[i]!),
    avgPnlPct: known(avgPnl[i]!),
  };
}

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
