import { createRoute, z } from '@hono/zod-openapi';
import { parameter } from './parameters.js';
import { BEARER, documentRoute, listRoute, MEDIA, WRITE_PROBLEMS } from './route.js';

const tag = 'Strategies';
const nullableNumber = z.number().nullable();
const nullableText = z.string().nullable();
const TIER = z.object({
  tp_pct: z.number(),
  sl_pct: z.number(),
  lookahead: z.string().openapi({ example: '24h' }),
});
const SIDE = z.object({ weak: TIER, strong: TIER });
const BAND = z.array(z.number()).length(2).nullable();

const HEAD = {
  strategy: z.string().openapi({ example: 'trend-momentum' }),
  version: z.int().openapi({ example: 1 }),
  is_newest: z.int().openapi({ example: 1 }),
  is_enabled: z.int().openapi({ example: 1 }),
  imported_at: z.int().openapi({ example: 1765580399999 }),
  content_hash: z.string().openapi({ description: 'SHA-256 of the document' }),
  description: z.string(),
  symbols: z.string().openapi({ description: 'joined by ;, empty: every symbol', example: '' }),
  intervals: z.string().openapi({ description: 'joined by ;, empty: every interval', example: '1h;2h' }),
};

export const strategies = listRoute({
  path: '/v1/strategies',
  operationId: 'listStrategies',
  tag,
  summary: 'Strategy versions',
  row: z
    .object({ ...HEAD, metrics: z.int().openapi({ description: 'active ones', example: 12 }) })
    .openapi('Strategy'),
  filters: {},
  sorts: ['strategy'],
});

const METRIC = {
  position: z.int(),
  metric: z.string().openapi({ example: 'BUY_TREND_EMA' }),
  name: z.string(),
  description: z.string(),
  side: z.enum(['BUY', 'SELL', 'FILTER']),
  metric_group: z.enum(['TREND', 'MOMENTUM', 'VOLATILITY', 'VOLUME']),
  indicator: z.string().openapi({ example: 'EMA20' }),
  reference: nullableText,
  direction: z.string().openapi({ example: 'ABOVE' }),
  threshold_start: nullableNumber,
  threshold_end: nullableNumber,
  window_size: nullableNumber,
  window_unit: nullableText,
  weight: z.number(),
  is_active: z.int(),
};

const strategyParams = z.object({
  strategy: parameter
    .name('NAME (its newest version) or NAME@VERSION', 'trend-momentum@1')
    .openapi({ param: { name: 'strategy', in: 'path' } }),
});

export const strategyMetrics = listRoute({
  path: '/v1/strategies/{strategy}/metrics',
  operationId: 'listStrategyMetrics',
  tag,
  summary: 'Metrics of a strategy version, in position order',
  row: z.object(METRIC).openapi('StrategyMetric'),
  filters: {},
  params: strategyParams,
  sorts: ['position'],
});

export const strategy = documentRoute({
  path: '/v1/strategies/{strategy}',
  operationId: 'getStrategy',
  tag,
  summary: 'A strategy version as a document, every default filled in',
  params: strategyParams,
  query: {},
  body: z
    .object({
      ...HEAD,
      document: z.object({
        strategy: z.string(),
        description: z.string(),
        symbols: z.array(z.string()),
        intervals: z.array(z.string()),
        scoring: z.object({
          buy_threshold: z.number(),
          sell_threshold: z.number(),
          max_score: nullableNumber,
          min_edge: z.number(),
          strong_edge: z.number(),
          confidence: z.object({ buy: BAND, sell: BAND }),
        }),
        risk: z.object({
          entry: z.enum(['next_open', 'close']),
          fee_bps: z.number(),
          slippage_bps: z.number(),
          buy: SIDE,
          sell: SIDE,
        }),
        metrics: z.array(
          z.object({
            code: z.string(),
            name: z.string(),
            description: z.string(),
            side: z.enum(['BUY', 'SELL', 'FILTER']),
            group: z.enum(['TREND', 'MOMENTUM', 'VOLATILITY', 'VOLUME']),
            indicator: z.string(),
            reference: nullableText,
            direction: z.string(),
            start: nullableNumber,
            end: nullableNumber,
            window: z.object({ size: z.number(), unit: z.enum(['BAR', 'MINUTE', 'HOUR', 'DAY']) }).nullable(),
            weight: z.number(),
            active: z.boolean(),
          }),
        ),
      }),
    })
    .openapi('StrategyDocument'),
});

const YAML = z.string().openapi({ description: 'a strategy document (YAML)' });

export const importStrategy = createRoute({
  method: 'post',
  path: '/v1/strategies',
  operationId: 'importStrategy',
  tags: [tag],
  summary: 'Import a strategy document; the same content again changes nothing',
  security: BEARER,
  request: { body: { required: true, content: { 'application/yaml': { schema: YAML } } } },
  responses: {
    200: {
      description: 'what stands now',
      content: {
        [MEDIA.json]: {
          schema: z
            .object({
              strategy: z.string(),
              version: z.int(),
              created: z.boolean().openapi({ description: 'false: this content stood already' }),
              warnings: z.array(z.string()),
            })
            .openapi('ImportedStrategy'),
        },
      },
    },
    ...WRITE_PROBLEMS,
  },
});
