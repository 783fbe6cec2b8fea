import { z } from '@hono/zod-openapi';
import { idParameter } from './parameters.js';
import { documentRoute, listRoute } from './route.js';

const tag = 'Mining';
const count = z.int();
const figure = z.number().nullable();
const items = z.string().openapi({ description: 'joined by ;', example: 'BUY_TREND_EMA;TREND_UP' });
const params = idParameter('run_id', 'number of the mining run');

const RUN = z
  .object({
    run_id: z.int().openapi({ example: 12 }),
    content_hash: z
      .string()
      .openapi({ description: 'SHA-256 over parameters, trades and version of the mining' }),
    version: z.int(),
    strategies: z.string().openapi({ description: 'name@version, joined by ;', example: 'trend-momentum@1' }),
    symbol: z.string().nullable(),
    interval: z.string().nullable(),
    side: z.string().nullable(),
    from: figure,
    to: figure,
    min_support: z.number().openapi({ example: 0.02 }),
    max_length: count.openapi({ example: 4 }),
    min_confidence: z.number().openapi({ example: 0.6 }),
    trades: count,
    wins: count,
    in_sample_trades: count,
    in_sample_wins: count,
    first_predicting_at: z.int(),
    last_confirmed_at: z.int(),
    constant_items: z.string().openapi({ description: 'items of every trade, left out; joined by ;' }),
  })
  .openapi('MiningRun');

export const miningRuns = listRoute({
  path: '/v1/mining-runs',
  operationId: 'listMiningRuns',
  tag,
  summary: 'Stored mining runs',
  row: RUN,
  filters: {},
  sorts: ['run_id'],
});

export const miningRun = documentRoute({
  path: '/v1/mining-runs/{run_id}',
  operationId: 'getMiningRun',
  tag,
  summary: 'One mining run; edges 0: no structure carries an edge',
  params,
  query: {},
  body: RUN.extend({
    itemsets: count,
    rules: count,
    edge_rules: count,
    edges: count.openapi({ description: 'edge rules that hold in both samples and are significant' }),
  }).openapi('MiningRunSummary'),
});

export const patterns = listRoute({
  path: '/v1/mining-runs/{run_id}/patterns',
  operationId: 'listPatterns',
  tag,
  summary: 'Frequent structures of the trades that won',
  row: z
    .object({
      n: count.openapi({ description: 'from 1, most frequent first' }),
      items,
      count: count.openapi({ description: 'WIN trades that have them all' }),
      support: z.number().openapi({ description: 'fraction of the WIN trades' }),
    })
    .openapi('Pattern'),
  filters: {},
  params,
  sorts: ['n'],
});

export const rules = listRoute({
  path: '/v1/mining-runs/{run_id}/rules',
  operationId: 'listRules',
  tag,
  summary: 'Association rules inside the trades that won, surest first',
  row: z
    .object({
      n: count.openapi({ description: 'from 1, in the order of mine' }),
      antecedent: items,
      consequent: z.string(),
      count,
      support: z.number(),
      confidence: z.number(),
      lift: z.number(),
    })
    .openapi('AssociationRule'),
  filters: {},
  params,
  sorts: ['n'],
});

export const edgeRules = listRoute({
  path: '/v1/mining-runs/{run_id}/edge-rules',
  operationId: 'listEdgeRules',
  tag,
  summary: 'Edge rules structure -> WIN, in sample against out of sample; is_edge 0: no edge',
  row: z
    .object({
      n: count.openapi({ description: 'from 1, edges first, then by z' }),
      items,
      is_edge: count,
      in_count: count,
      in_wins: count,
      in_support: figure,
      in_win_rate: figure,
      in_lift: figure,
      in_avg_pnl_pct: figure,
      z: figure.openapi({ description: 'wins against the win rates of the groups' }),
      p_value: figure.openapi({ description: 'by rotation' }),
      p_adjusted: figure.openapi({ description: 'by rotation, over all structures' }),
      fisher_p: z.number().openapi({ description: "naive: Fisher's exact test, one-sided" }),
      fisher_q: z.number().openapi({ description: 'naive: Benjamini and Hochberg' }),
      out_count: count,
      out_wins: count,
      out_support: figure,
      out_win_rate: figure,
      out_lift: figure,
      out_avg_pnl_pct: figure,
    })
    .openapi('EdgeRule'),
  filters: {},
  params,
  sorts: ['n'],
});
