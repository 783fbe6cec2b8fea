import { z } from '@hono/zod-openapi';
import { EXPLANATION } from './explanation.js';
import { parameter } from './parameters.js';
import { documentRoute, listRoute } from './route.js';

const tag = 'Predictions';
const KEY = {
  prediction_id: z.string().openapi({ example: 'trend-momentum@1:BTCUSDT:1h:1704070799999' }),
  strategy: z.string().openapi({ example: 'trend-momentum' }),
  version: z.int().openapi({ example: 1 }),
  symbol: z.string().openapi({ example: 'BTCUSDT' }),
  interval: z.string().openapi({ example: '1h' }),
};
const nullableNumber = z.number().nullable();

const who = {
  strategy: parameter.strategy().optional(),
  symbol: parameter.symbol().optional(),
  interval: parameter.interval().optional(),
  ...parameter.range,
};

const PREDICTION = z
  .object({
    ...KEY,
    predicting_at: z.int().openapi({ example: 1704070799999 }),
    close: z.number().openapi({ example: 42475.23 }),
    buy_score: z.number().openapi({ example: 5 }),
    sell_score: z.number().openapi({ example: 1 }),
    market_score: z.number().openapi({ description: '|buy_score - sell_score|', example: 4 }),
    max_score: z.number().openapi({ example: 8 }),
    confidence_score: z.number().openapi({ example: 0.625 }),
    action: z.enum(['BUY', 'SELL', 'SIDEWAY']),
    is_tradable: z.int().openapi({ example: 1 }),
    no_trade_reason: z.string().nullable().openapi({ example: null }),
    is_conflict: z.int().openapi({ example: 0 }),
    metric_trend: nullableNumber,
    metric_momentum: nullableNumber,
    metric_volatility: nullableNumber,
    metric_volume: nullableNumber,
    metrics_fired: z.string().openapi({ description: 'joined by ;', example: 'BUY_TREND_EMA;BUY_RSI' }),
    metrics_unknown: z.string().openapi({ description: 'joined by ;', example: '' }),
  })
  .openapi('Prediction');

export const predictions = listRoute({
  path: '/v1/predictions',
  operationId: 'listPredictions',
  tag,
  summary: 'Predictions; the range is over predicting_at',
  row: PREDICTION,
  filters: {
    ...who,
    action: z.enum(['BUY', 'SELL', 'SIDEWAY']).optional(),
    is_tradable: parameter.flag().optional(),
    is_conflict: parameter.flag().optional(),
  },
  sorts: ['predicting_at', 'market_score', 'confidence_score'],
});

const predictionParams = z.object({
  prediction_id: z
    .string()
    .max(200)
    .openapi({
      param: { name: 'prediction_id', in: 'path' },
      description: 'strategy@version:symbol:interval:predicting_at',
      example: 'trend-momentum@1:BTCUSDT:1h:1704070799999',
    }),
});

export const prediction = documentRoute({
  path: '/v1/predictions/{prediction_id}',
  operationId: 'getPrediction',
  tag,
  summary: 'One prediction',
  params: predictionParams,
  query: {},
  body: PREDICTION,
});

export const explanation = documentRoute({
  path: '/v1/predictions/{prediction_id}/explain',
  operationId: 'explainPrediction',
  tag,
  summary:
    'Everything behind one prediction: inputs, metrics, scores, safeguards, the trade bar by bar, lineage',
  params: predictionParams,
  query: {},
  // Anew: the schema was made before Zod had learned of OpenAPI.
  body: z.strictObject(EXPLANATION.shape).openapi('Explanation'),
});

export const metricValues = listRoute({
  path: '/v1/metric-values',
  operationId: 'listMetricValues',
  tag,
  summary: 'Metric values of one strategy version, symbol and interval: known ones, metric by metric',
  row: z
    .object({
      strategy: KEY.strategy,
      version: KEY.version,
      symbol: KEY.symbol,
      interval: KEY.interval,
      metric: z.string().openapi({ example: 'BUY_TREND_EMA' }),
      calculating_at: z.int().openapi({ example: 1704070799999 }),
      metric_value: z.int().openapi({ example: 1 }),
    })
    .openapi('MetricValue'),
  filters: {
    strategy: parameter.name('NAME (its newest version) or NAME@VERSION', 'trend-momentum@1'),
    symbol: parameter.symbol(),
    interval: parameter.interval(),
    metric: parameter.name('only this metric', 'BUY_TREND_EMA').optional(),
    ...parameter.range,
  },
  sorts: ['metric'],
});

export const results = listRoute({
  path: '/v1/results',
  operationId: 'listResults',
  tag,
  summary: 'What became of tradable predictions; the range is over predicting_at',
  row: z
    .object({
      ...KEY,
      predicting_at: z.int().openapi({ example: 1704070799999 }),
      action: z.enum(['BUY', 'SELL']),
      is_strong: z.int().openapi({ example: 0 }),
      entry_price: z.number().openapi({ example: 42475.24 }),
      tp_price: z.number().openapi({ example: 43324.7 }),
      sl_price: z.number().openapi({ example: 42050.5 }),
      lookahead_ms: z.int().openapi({ example: 86400000 }),
      exit_price: z.number().openapi({ example: 43324.7 }),
      result_status: z.enum(['WIN', 'LOSS', 'EXPIRED']),
      confirmed_at: z.int().openapi({ example: 1704110399999 }),
      gross_pct: z.number().openapi({ example: 2 }),
      pnl_pct: z.number().openapi({ example: 1.8 }),
      max_return_pct: z.number().openapi({ description: 'MFE', example: 2.1 }),
      min_return_pct: z.number().openapi({ description: 'MAE', example: -0.4 }),
      is_ambiguous: z.int().openapi({ example: 0 }),
      has_gap: z.int().openapi({ example: 0 }),
    })
    .openapi('Result'),
  filters: {
    ...who,
    action: z.enum(['BUY', 'SELL']).optional(),
    result_status: z.enum(['WIN', 'LOSS', 'EXPIRED']).optional(),
    is_strong: parameter.flag().optional(),
  },
  sorts: ['predicting_at', 'confirmed_at', 'pnl_pct'],
});
