import { itemsetOrder, type LabelledTrades } from '../../kernels/index.js';
import type { AssociationPattern, EdgePattern, PatternItemset } from '../../warehouse/index.js';
import { searchAside } from './aside.js';
import { associationPatterns, edgePatterns, itemsetPatterns } from './patterns.js';
import { type SearchOptions, search } from './search.js';

/** Item sets of a run, at most (SPEC 8). */
export const MAX_ITEMSETS = 5_000_000;

/** How mining looks for patterns, and where. */
export interface FindOptions extends SearchOptions {
  /** True: on a thread of its own, so that the calling one stays free for others. */
  readonly isAside?: boolean | undefined;
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
 * What `search` finds, with the names of items.
 *
 * @param names text of each item
 * @throws UserError when there would be more than `maxItemsets`
 */
export async function findPatterns(
  trades: LabelledTrades,
  names: readonly string[],
  options: FindOptions,
  maxItemsets = MAX_ITEMSETS,
): Promise<Patterns> {
  const find = options.isAside === true ? searchAside : search;
  const { wins, structures, rules, edges } = await find(trades, options, maxItemsets);
  const order = itemsetOrder(structures);
  const edgeOrder = itemsetOrder(edges.itemsets);
  return {
    itemsetCount: structures.length,
    associationCount: rules.length,
    edgeRuleCount: edges.itemsets.length,
    itemsets: () => itemsetPatterns(structures, order, names, wins),
    associations: () => associationPatterns(rules, structures, order, names, wins),
    edges: () => edgePatterns(edges, edgeOrder, names),
  };
}
