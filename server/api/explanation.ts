import { z } from 'zod';

const figure = z.number().nullable();
const SCORE = z.strictObject({
  terms: z.array(z.strictObject({ metric: z.string(), weight: z.number() })).describe('metrics that were 1'),
  sum: z.number().describe('of the terms, in position order'),
  stored: z.number(),
  threshold: z.number(),
});

/** Everything behind one prediction: what `/explain` answers, and `klinemill explain --json`. */
export const EXPLANATION = z.strictObject({
  prediction_id: z.string(),
  strategy: z.string(),
  version: z.int(),
  symbol: z.string(),
  interval: z.string(),
  predicting_at: z.int(),
  kline: z.record(z.string(), figure),
  indicators: z.array(z.strictObject({ indicator: z.string(), value: figure })),
  metrics: z.array(
    z.strictObject({
      position: z.int(),
      metric: z.string(),
      name: z.string(),
      side: z.enum(['BUY', 'SELL', 'FILTER']),
      metric_group: z.string(),
      weight: z.number(),
      rule: z.string(),
      value: figure.describe('the indicator, or its difference from the reference or the close'),
      threshold: figure.describe('what the value is compared with at this bar'),
      distance: figure.describe('value - threshold'),
      metric_value: z.int().nullable().describe('1, 0, or null: unknown'),
    }),
  ),
  buy: SCORE,
  sell: SCORE,
  market_score: z.number(),
  max_score: z.number(),
  confidence_score: z.number(),
  action: z.enum(['BUY', 'SELL', 'SIDEWAY']),
  is_tradable: z.boolean(),
  no_trade_reason: z.string().nullable(),
  safeguards: z
    .array(z.strictObject({ reason: z.string(), holds: z.boolean(), detail: z.string() }))
    .describe('the first that holds is the reason'),
  flip: z
    .strictObject({
      metric: z.string(),
      from: z.int(),
      to: z.int(),
      closeness: figure.describe('|value - threshold| / mean |value| over the last 200 bars'),
      action: z.enum(['BUY', 'SELL']),
    })
    .nullable()
    .describe('the nearest single metric that would make a bar without a trade tradable; null: none does'),
  trade: z
    .strictObject({
      status: z.enum(['WIN', 'LOSS', 'EXPIRED', 'UNFILLED', 'PENDING']),
      is_strong: z.boolean(),
      tp_pct: z.number(),
      sl_pct: z.number(),
      lookahead_ms: z.int(),
      window_end: z.int(),
      entry_price: figure,
      tp_price: figure,
      sl_price: figure,
      exit_price: figure,
      confirmed_at: figure,
      gross_pct: figure,
      cost_pct: z.number(),
      pnl_pct: figure,
      max_return_pct: figure,
      min_return_pct: figure,
      is_ambiguous: z.boolean(),
      has_gap: z.boolean(),
      decided_by: z
        .string()
        .nullable()
        .describe('finer interval that decided a bar which reaches both targets'),
      bars: z
        .array(
          z.strictObject({
            close_time: z.int(),
            open: z.number(),
            high: z.number(),
            low: z.number(),
            close: z.number(),
            event: z.string().describe('what the bar did to the trade'),
          }),
        )
        .describe('of the window, up to the exit'),
    })
    .nullable()
    .describe('null: no trade'),
  lineage: z.strictObject({
    content_hash: z.string().describe('of the strategy version'),
    block_hash: z.string().nullable().describe('SHA-256 over the klines of the block of 1,024 bars'),
    tasks: z
      .array(
        z.strictObject({
          stage: z.string(),
          run_id: z.int(),
          started_at: z.int(),
          reason: z.string(),
          versions: z.string().describe('kernel versions by code, as JSON'),
          kline_hash: z.string().nullable(),
        }),
      )
      .describe('the last of each stage that wrote the bar'),
  }),
});
