// Naive twins of mining (SPEC 8): every set is tried, every rotation is made, nothing is shared. Slow and plain.

export interface NaiveItemset {
  readonly items: readonly number[];
  readonly count: number;
}

const holds = (transaction: readonly number[], items: readonly number[]): boolean =>
  items.every((item) => transaction.includes(item));

/** Every set of at most `maxLength` items that `minCount` transactions hold, by plain enumeration. */
export function naiveItemsets(
  transactions: readonly (readonly number[])[],
  minCount: number,
  maxLength: number,
): NaiveItemset[] {
  const all = [...new Set(transactions.flat())].sort((a, b) => a - b);
  const found: NaiveItemset[] = [];
  const extend = (items: readonly number[], from: number): void => {
    for (let k = from; k < all.length; k++) {
      const longer = [...items, all[k]!];
      const count = transactions.filter((transaction) => holds(transaction, longer)).length;
      // A set is never more frequent than a part of it.
      if (count < minCount) continue;
      found.push({ items: longer, count });
      if (longer.length < maxLength) extend(longer, k + 1);
    }
  };
  extend([], 0);
  return found;
}

export interface NaiveRule {
  readonly antecedent: readonly number[];
  readonly consequent: number;
  readonly confidence: number;
  readonly lift: number;
  readonly support: number;
}

/** Rules with one consequent, each counted anew. */
export function naiveRules(
  transactions: readonly (readonly number[])[],
  itemsets: readonly NaiveItemset[],
  minConfidence: number,
): NaiveRule[] {
  const countOf = (items: readonly number[]): number =>
    transactions.filter((transaction) => holds(transaction, items)).length;
  const rules: NaiveRule[] = [];
  for (const { items, count } of itemsets)
    for (const consequent of items.length < 2 ? [] : items) {
      const antecedent = items.filter((item) => item !== consequent);
      const confidence = count / countOf(antecedent);
      if (confidence < minConfidence) continue;
      const lift = confidence / (countOf([consequent]) / transactions.length);
      rules.push({ antecedent, consequent, confidence, lift, support: count / transactions.length });
    }
  return rules;
}

export interface NaiveTrade {
  readonly items: readonly number[];
  readonly isWin: boolean;
  readonly pnl: number;
  readonly group: string;
}

export interface NaiveSample {
  readonly count: number;
  readonly support: number;
  readonly winRate: number | null;
  readonly lift: number | null;
  readonly avgPnl: number | null;
}

export interface NaiveEdge {
  readonly items: readonly number[];
  readonly inSample: NaiveSample;
  readonly outOfSample: NaiveSample;
  readonly z: number | null;
  readonly p: number | null;
  readonly pAdjusted: number | null;
  readonly isEdge: boolean;
}

/** Edge rules over trades in trade order. */
export function naiveEdges(
  trades: readonly NaiveTrade[],
  minSupport: number,
  maxLength: number,
): NaiveEdge[] {
  const inCount = Math.floor((7 * trades.length) / 10);
  const seen = trades.slice(0, inCount);
  const later = trades.slice(inCount);
  const minCount = Math.max(1, Math.ceil(minSupport * inCount - 1e-9));
  const structures = naiveItemsets(
    seen.map((trade) => trade.items),
    minCount,
    maxLength,
  );
  const labels = seen.map((trade) => trade.isWin);
  const shifts = Math.max(0, Math.min(999, inCount - 1));
  const p0 = seen.map(({ group }) => {
    const peers = seen.filter((other) => other.group === group);
    return peers.filter((other) => other.isWin).length / peers.length;
  });
  const zOf = (items: readonly number[], winning: readonly boolean[]): number | null => {
    let [wins, mean, variance] = [0, 0, 0];
    seen.forEach((trade, t) => {
      if (!holds(trade.items, items)) return;
      wins += winning[t] ? 1 : 0;
      mean += p0[t]!;
      variance += p0[t]! * (1 - p0[t]!);
    });
    return variance === 0 ? null : (wins - mean) / Math.sqrt(variance);
  };
  const observed = structures.map(({ items }) => zOf(items, labels));
  const shifted = Array.from({ length: shifts }, (_, j) => {
    const rotated = rotate(seen, j + 1, shifts);
    return structures.map(({ items }) => zOf(items, rotated));
  });
  const largest = shifted.map((zs) => Math.max(...zs.filter((z) => z !== null)));
  return structures.map(({ items }, i) => {
    const z = observed[i]!;
    const share = (values: readonly number[]): number =>
      (1 + values.filter((value) => value >= z! - 1e-9).length) / (1 + shifts);
    const p = z === null ? null : share(shifted.map((zs) => zs[i]!));
    const pAdjusted = z === null ? null : share(largest);
    const inSample = sampleOf(seen, items);
    const outOfSample = sampleOf(later, items);
    const isEdge =
      pAdjusted !== null &&
      pAdjusted <= 0.05 &&
      (outOfSample.lift ?? 0) > 1 &&
      (inSample.avgPnl ?? 0) > 0 &&
      (outOfSample.avgPnl ?? 0) > 0;
    return { items, inSample, outOfSample, z, p, pAdjusted, isEdge };
  });
}

/** label'[i] = label[(i - floor(j n_g / (S + 1) + 0.5)) mod n_g] within each group. */
function rotate(trades: readonly NaiveTrade[], j: number, shifts: number): boolean[] {
  const rotated: boolean[] = new Array(trades.length);
  for (const group of new Set(trades.map((trade) => trade.group))) {
    const at = trades.flatMap((trade, t) => (trade.group === group ? [t] : []));
    const by = Math.floor((j * at.length) / (shifts + 1) + 0.5);
    at.forEach((t, i) => {
      rotated[t] = trades[at[(((i - by) % at.length) + at.length) % at.length]!]!.isWin;
    });
  }
  return rotated;
}

function sampleOf(trades: readonly NaiveTrade[], items: readonly number[]): NaiveSample {
  const chosen = trades.filter((trade) => holds(trade.items, items));
  const wins = chosen.filter((trade) => trade.isWin).length;
  const baseRate = trades.filter((trade) => trade.isWin).length / trades.length;
  const winRate = chosen.length === 0 ? null : wins / chosen.length;
  return {
    count: chosen.length,
    support: chosen.length / trades.length,
    winRate,
    lift: winRate === null || !(baseRate > 0) ? null : winRate / baseRate,
    avgPnl: chosen.length === 0 ? null : chosen.reduce((sum, trade) => sum + trade.pnl, 0) / chosen.length,
  };
}
