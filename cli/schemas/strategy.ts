import { z } from 'zod';

/** `strategy import --json` */
export const STRATEGY_IMPORT_OUTPUT = z.strictObject({
  warehouse: z.string(),
  imported: z.array(
    z.strictObject({
      file: z.string(),
      strategy: z.string(),
      version: z.int(),
      created: z.boolean().describe('false: this content stands already'),
      warnings: z.array(z.string()),
    }),
  ),
});

const HEAD = {
  strategy: z.string(),
  version: z.int(),
  is_newest: z.boolean(),
  is_enabled: z.boolean(),
  imported_at: z.number(),
  content_hash: z.string(),
};

/** `strategy list --json` */
export const STRATEGY_LIST_OUTPUT = z.strictObject({
  warehouse: z.string(),
  strategies: z.array(
    z.strictObject({
      ...HEAD,
      description: z.string(),
      symbols: z.array(z.string()).describe('empty: every symbol'),
      intervals: z.array(z.string()).describe('empty: every interval'),
      metrics: z.int().describe('active ones'),
    }),
  ),
});

const TIER = z.strictObject({ tp_pct: z.number(), sl_pct: z.number(), lookahead: z.string() });
const SIDE = z.strictObject({ weak: TIER, strong: TIER });
const BAND = z.tuple([z.number(), z.number()]).nullable();

/** `strategy show --json`, `strategy export --json` */
export const STRATEGY_SHOW_OUTPUT = z.strictObject({
  ...HEAD,
  document: z
    .strictObject({
      strategy: z.string(),
      description: z.string(),
      symbols: z.array(z.string()),
      intervals: z.array(z.string()),
      scoring: z.strictObject({
        buy_threshold: z.number(),
        sell_threshold: z.number(),
        max_score: z.number().nullable(),
        min_edge: z.number(),
        strong_edge: z.number(),
        confidence: z.strictObject({ buy: BAND, sell: BAND }),
      }),
      risk: z.strictObject({
        entry: z.enum(['next_open', 'close']),
        fee_bps: z.number(),
        slippage_bps: z.number(),
        buy: SIDE,
        sell: SIDE,
      }),
      metrics: z.array(
        z.strictObject({
          code: z.string(),
          name: z.string(),
          description: z.string(),
          side: z.enum(['BUY', 'SELL', 'FILTER']),
          group: z.enum(['TREND', 'MOMENTUM', 'VOLATILITY', 'VOLUME']),
          indicator: z.string(),
          reference: z.string().nullable(),
          direction: z.string(),
          start: z.number().nullable(),
          end: z.number().nullable(),
          window: z
            .strictObject({ size: z.number(), unit: z.enum(['BAR', 'MINUTE', 'HOUR', 'DAY']) })
            .nullable(),
          weight: z.number(),
          active: z.boolean(),
        }),
      ),
    })
    .describe('with every default filled in'),
});

/** `strategy enable --json`, `strategy disable --json` */
export const STRATEGY_SWITCH_OUTPUT = z.strictObject({
  warehouse: z.string(),
  strategy: z.string(),
  is_enabled: z.boolean(),
});
