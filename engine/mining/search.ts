import {
  type AssociationRules,
  associationRules,
  contrast,
  fpGrowth,
  type Itemsets,
  inSampleCount,
  type LabelledTrades,
  minCount,
  sampleBitmaps,
  sampleFigures,
  selectTransactions,
  significance,
  sliceTrades,
  type Transactions,
} from '../../kernels/index.js';
import { UserError } from '../errors.js';
import type { EdgeFindings } from './patterns.js';
import { rotate, sharedBitmaps } from './rotations.js';

/** How mining looks for patterns (SPEC 8). */
export interface SearchOptions {
  readonly minSupport: number;
  readonly maxLength: number;
  readonly minConfidence: number;
  /** Threads for the test by rotation. */
  readonly threads: number;
}

/** What was found, as numbers. */
export interface Found {
  readonly wins: number;
  readonly structures: Itemsets;
  readonly rules: AssociationRules;
  readonly edges: EdgeFindings;
}

/**
 * Finds frequent structures of WIN trades, association rules inside them, and edge rules over all trades.
 *
 * @param trades in trade order, without items that all of them have
 * @param maxItemsets of both searches together
 * @throws UserError when there would be more
 */
export async function search(
  trades: LabelledTrades,
  { minSupport, minConfidence, maxLength, threads }: SearchOptions,
  maxItemsets: number,
): Promise<Found> {
  const won = Int32Array.from(trades.labels.keys()).filter((t) => trades.labels[t] === 1);
  const wins = won.length;
  const stop = { minSupport, maxLength, maxItemsets };
  const structures = grow(selectTransactions(trades.transactions, won), stop, maxItemsets);
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
  return { wins, structures, rules, edges: { itemsets, inSample, outOfSample, compared, sure } };
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
