import {
  associationRules,
  contrast,
  fpGrowth,
  type Itemsets,
  inSampleCount,
  itemsetOrder,
  type LabelledTrades,
  minCount,
  sampleBitmaps,
  sampleFigures,
  selectTransactions,
  significance,
  sliceTrades,
  type Transactions,
} from '../../kernels/index.js';
import type { AssociationPattern, EdgePattern, PatternItemset } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import { associationPatterns, edgePatterns, itemsetPatterns } from './patterns.js';
import { rotate, sharedBitmaps } from './rotations.js';

/** Item sets of a run, at most (SPEC 8). */
export const MAX_ITEMSETS = 5_000_000;

/** How mining looks for patterns (SPEC 8). */
export interface FindOptions {
  readonly minSupport: number;
  readonly maxLength: number;
  readonly minConfidence: number;
  /** Threads for the test by rotation. */
  readonly threads: number;
}

/** Patterns, made while they are walked over: there may be millions. */
export interface Patterns {
  readonly itemsetCount: number;
  readonly associationCount: number;
  readonly edgeRuleCount: number;
  itemsets(): Iterable<PatternItemset>;
  associations(): Iterable<AssociationPattern>;
  edges(): Iterable<EdgePattern>;
}

/**
 * Finds frequent structures of WIN trades, association rules inside them, and edge rules over all trades.
 *
 * @param trades in trade order, without items that all of them have
 * @param names text of each item
 * @param maxItemsets of both searches together
 * @throws UserError when there would be more
 */
export async function findPatterns(
  trades: LabelledTrades,
  names: readonly string[],
  options: FindOptions,
  maxItemsets = MAX_ITEMSETS,
): Promise<Patterns> {
  const { minSupport, minConfidence, maxLength, threads } = options;
  const won = Int32Array.from(trades.labels.keys()).filter((t) => trades.labels[t] === 1);
  const wins = won.length;
  const stop = { minSupport, maxLength, maxItemsets };
  const structures = grow(selectTransactions(trades.transactions, won), stop, maxItemsets);
  const order = itemsetOrder(structures);
  const rules = associationRules(structures, wins, minConfidence);

  const cut = inSampleCount(trades.labels.length);
  const seen = sliceTrades(trades, 0, cut);
  const later = sliceTrades(trades, cut, trades.labels.length);
  const itemsets = grow(seen.transactions, stop, maxItemsets - structures.length);
  const bitmaps = sharedBitmaps(seen);
  const inSample = sampleFigures(seen, bitmaps, itemsets);
  const outOfSample = sampleFigures(later, sampleBitmaps(later), itemsets);
  const compared = contrast(seen, bitmaps, itemsets);
  const rotation = await rotate(seen, bitmaps, itemsets, compared, threads);
  const sure = significance(seen, inSample, compared, rotation);
  const findings = { itemsets, inSample, outOfSample, compared, sure };
  const edgeOrder = itemsetOrder(itemsets);

  return {
    itemsetCount: structures.length,
    associationCount: rules.length,
    edgeRuleCount: itemsets.length,
    itemsets: () => itemsetPatterns(structures, order, names, wins),
    associations: () => associationPatterns(rules, structures, order, names, wins),
    edges: () => edgePatterns(findings, edgeOrder, names),
  };
}

/** What a run is stopped by, as its message names it. */
interface Stop {
  readonly minSupport: number;
  readonly maxLength: number;
  readonly maxItemsets: number;
}

/** @param left item sets that the run may still find */
function grow(transactions: Transactions, stop: Stop, left: number): Itemsets {
  const { minSupport, maxLength, maxItemsets } = stop;
  const least = minCount(minSupport, transactions.offsets.length - 1);
  const found = fpGrowth(transactions, { minCount: least, maxLength, maxItemsets: left });
  if (found !== null) return found;
  throw new UserError(
    `mine: more than ${maxItemsets.toLocaleString('en-US')} item sets with --min-support ${minSupport} and --max-length ${maxLength}; raise the first or lower the second`,
  );
}
