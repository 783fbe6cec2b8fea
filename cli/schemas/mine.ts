import { z } from 'zod';

const count = z.int().nonnegative();
const figure = z.number().nullable();
const items = z.array(z.string());

const sample = {
  count: count.describe('trades that have all items'),
  wins: count,
  support: figure,
  win_rate: figure,
  lift: figure.describe('win_rate / win rate of the sample'),
  avg_pnl_pct: figure,
};

/** `mine --json` */
export const MINE_OUTPUT = z.strictObject({
  warehouse: z.string(),
  run_id: z.int().describe('where it is stored: mining_run, pattern_itemset, pattern_rule'),
  is_new: z.boolean().describe('false: the same was mined before, as run_id'),
  content_hash: z.string().describe('SHA-256 over parameters, trades and version of the mining'),
  strategies: z.array(z.string()).describe('name@version'),
  symbol: z.string().nullable(),
  interval: z.string().nullable(),
  side: z.enum(['BUY', 'SELL']).nullable(),
  from: z.number().nullable(),
  to: z.number().nullable(),
  min_support: z.number(),
  max_length: z.int(),
  min_confidence: z.number(),
  first_predicting_at: z.number(),
  last_confirmed_at: z.number(),
  trades: count.describe('WIN and LOSS'),
  wins: count,
  in_sample_trades: count.describe('the first seven tenths in trade order'),
  in_sample_wins: count,
  constant_items: items.describe('items of every trade: left out'),
  edges: count.describe('edge rules with is_edge'),
  frequent_structures: z
    .array(
      z.strictObject({
        items,
        count: count.describe('WIN trades that have them all'),
        support: z.number().describe('fraction of the WIN trades'),
      }),
    )
    .describe('most frequent first'),
  rules: z
    .array(
      z.strictObject({
        antecedent: items,
        consequent: z.string(),
        count,
        support: z.number(),
        confidence: z.number(),
        lift: z.number(),
      }),
    )
    .describe('association rules inside the WIN trades, surest first'),
  edge_rules: z
    .array(
      z.strictObject({
        items,
        count: count.describe('in both samples'),
        is_edge: z.boolean(),
        in_sample: z.strictObject({
          ...sample,
          z: figure.describe('wins against the win rates of the groups'),
          p_value: figure.describe('by rotation'),
          p_adjusted: figure.describe('by rotation, over all structures'),
          fisher_p: z.number().describe("naive: Fisher's exact test, one-sided"),
          fisher_q: z.number().describe('naive: Benjamini and Hochberg'),
        }),
        out_of_sample: z.strictObject(sample),
        null_reasons: z.record(z.string(), z.string()).describe('why a figure is null, by its name'),
      }),
    )
    .describe('structure -> WIN, edges first, then by z'),
});
