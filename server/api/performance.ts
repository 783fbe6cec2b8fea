import { z } from '@hono/zod-openapi';
import { parameter } from './parameters.js';
import { documentRoute, listRoute } from './route.js';

const tag = 'Performance';
const count = z.int();
const figure = z.number().nullable();
const WHOSE = {
  strategy: z.string().openapi({ example: 'trend-momentum' }),
  version: z.int().openapi({ example: 1 }),
};

/** What figures are computed over. */
const FILTER = {
  strategy: parameter.strategy().optional(),
  symbol: parameter.symbol().optional(),
  interval: parameter.interval().optional(),
  side: z.enum(['BUY', 'SELL']).optional(),
  ...parameter.range,
  confirmed_only: parameter
    .flag()
    .optional()
    .openapi({ description: '1: leaves EXPIRED trades out of every figure but the counts' }),
  allocation: parameter
    .fraction()
    .optional()
    .openapi({ description: 'share of equity that a trade gets, 0.1 unless given' }),
};

export const GROUPING_NAMES = [
  'all',
  'partition',
  'symbol',
  'interval',
  'side',
  'regime',
  'partition-regime',
  'month',
  'hour',
  'weekday',
] as const;

export const performance = listRoute({
  path: '/v1/performance',
  operationId: 'listPerformance',
  tag,
  summary:
    'Figures of strategies over groups of their predictions: by=all is the summary, by=regime the regimes, by=partition-regime those of each partition, the others the breakdowns',
  row: z
    .object({
      ...WHOSE,
      group: z.string().openapi({
        description:
          'BTCUSDT 1h, BTCUSDT, 1h, BUY, TREND_UP, BTCUSDT 1h TREND_UP, 2024-01, 13, MON, ...; ALL',
        example: 'BTCUSDT 1h',
      }),
      symbol: z.string().nullable().openapi({ example: 'BTCUSDT' }),
      interval: z.string().nullable().openapi({ example: '1h' }),
      bars: count.nullable().openapi({ description: 'klines of the partition', example: 72866 }),
      predictions: count,
      tradable: count,
      wins: count,
      losses: count,
      expired: count,
      unfilled: count,
      pending: count,
      ambiguous: count,
      with_gap: count,
      taken: count.openapi({ description: 'trades that the account took' }),
      skipped: count.openapi({ description: 'trades that it had no room for' }),
      win_rate: figure.openapi({ description: 'of wins and losses', example: 0.46 }),
      avg_win_pct: figure,
      avg_loss_pct: figure,
      expectancy_pct: figure,
      avg_pnl_pct: figure,
      total_pnl_pct: figure,
      gross_pct: figure,
      profit_factor: figure,
      payoff: figure,
      rolling_win_rate_5: figure,
      rolling_win_rate_10: figure,
      rolling_win_rate_20: figure,
      equity: figure.openapi({ description: 'of an account that started with 100' }),
      drawdown: figure.openapi({ description: 'after the last trade taken' }),
      max_drawdown: figure,
      max_drawdown_ms: figure,
      sharpe: figure,
      sortino: figure,
      sqn: figure,
      null_reasons: z.string().openapi({
        description: 'why a figure is null: NAME=REASON joined by ;',
        example: 'payoff=no LOSS',
      }),
    })
    .openapi('Performance'),
  filters: {
    ...FILTER,
    by: z.enum(GROUPING_NAMES).optional().openapi({ description: 'partition unless given' }),
  },
  sorts: ['group'],
});

export const equity = listRoute({
  path: '/v1/performance/equity',
  operationId: 'listEquity',
  tag,
  summary: 'Equity and drawdown after each UTC day on which a trade that was taken ended',
  row: z
    .object({
      ...WHOSE,
      day: z.int().openapi({ description: 'start of the day, epoch ms', example: 1704067200000 }),
      equity: z.number().openapi({ example: 104.2 }),
      drawdown: z.number().openapi({ description: 'the deepest of the day', example: 0.013 }),
      trades: count.openapi({ description: 'that ended', example: 3 }),
    })
    .openapi('EquityDay'),
  filters: FILTER,
  sorts: ['day'],
});

export const rolling = listRoute({
  path: '/v1/performance/rolling',
  operationId: 'listRolling',
  tag,
  summary: 'Win rates over the last 5, 10 and 20 confirmed trades, after each of them',
  row: z
    .object({
      ...WHOSE,
      n: z.int().openapi({ description: 'number of the row within its strategy, from 1', example: 1 }),
      confirmed_at: z.int().openapi({ example: 1704110399999 }),
      rolling_win_rate_5: figure,
      rolling_win_rate_10: figure,
      rolling_win_rate_20: figure,
    })
    .openapi('RollingWinRate'),
  filters: FILTER,
  sorts: ['n'],
});

export const streaks = listRoute({
  path: '/v1/performance/streaks',
  operationId: 'listStreaks',
  tag,
  summary: 'Longest runs of WIN and of LOSS, and the current one',
  row: z
    .object({
      ...WHOSE,
      max_win_streak: count.openapi({ example: 7 }),
      max_loss_streak: count.openapi({ example: 9 }),
      current_streak: z.int().openapi({ description: 'negative: losses', example: -2 }),
    })
    .openapi('Streaks'),
  filters: FILTER,
  sorts: ['strategy'],
});

export const excursions = listRoute({
  path: '/v1/performance/excursions',
  operationId: 'listExcursions',
  tag,
  summary: 'How far trades went for (MFE) and against (MAE) the position, by result; gross, percent',
  row: z
    .object({
      ...WHOSE,
      result_status: z.enum(['WIN', 'LOSS', 'EXPIRED']),
      trades: count,
      avg_mfe_pct: z.number(),
      median_mfe_pct: z.number(),
      max_mfe_pct: z.number(),
      avg_mae_pct: z.number(),
      median_mae_pct: z.number(),
      min_mae_pct: z.number(),
    })
    .openapi('Excursion'),
  filters: FILTER,
  sorts: ['result_status'],
});

export const contributions = listRoute({
  path: '/v1/performance/metrics',
  operationId: 'listMetricContributions',
  tag,
  summary: 'How closed trades went where a metric was 1, beside the others',
  row: z
    .object({
      ...WHOSE,
      metric: z.string().openapi({ example: 'BUY_TREND_EMA' }),
      side: z.string(),
      metric_group: z.string(),
      metric_weight: z.number(),
      trades: count,
      win_rate: figure,
      avg_pnl_pct: figure,
      total_pnl_pct: figure,
      other_trades: count,
      other_win_rate: figure,
      other_avg_pnl_pct: figure,
    })
    .openapi('MetricContribution'),
  filters: FILTER,
  sorts: ['metric'],
});

const versions = {
  first: parameter.name('NAME or NAME@VERSION', 'trend-momentum@1'),
  second: parameter.name('NAME or NAME@VERSION', 'trend-momentum@2'),
  symbol: parameter.symbol().optional(),
  interval: parameter.interval().optional(),
  ...parameter.range,
};

export const comparison = documentRoute({
  path: '/v1/performance/comparison',
  operationId: 'compareVersions',
  tag,
  summary: 'Two strategy versions on the same bars, in numbers',
  query: versions,
  body: z
    .object({
      first: z.string().openapi({ example: 'trend-momentum@1' }),
      second: z.string().openapi({ example: 'trend-momentum@2' }),
      bars: count.openapi({ description: 'bars with a prediction of both' }),
      only_first: count,
      only_second: count,
      changed: count.openapi({ description: 'bars whose decision differs' }),
    })
    .openapi('Comparison'),
});

const decision = z.enum(['BUY', 'SELL', 'NONE']);

export const decisionChanges = listRoute({
  path: '/v1/performance/comparison/changes',
  operationId: 'listDecisionChanges',
  tag,
  summary: 'Bars on which two strategy versions decided differently',
  row: z
    .object({
      symbol: z.string(),
      interval: z.string(),
      predicting_at: z.int(),
      first_decision: decision,
      first_no_trade_reason: z.string().nullable(),
      first_buy_score: z.number(),
      first_sell_score: z.number(),
      second_decision: decision,
      second_no_trade_reason: z.string().nullable(),
      second_buy_score: z.number(),
      second_sell_score: z.number(),
    })
    .openapi('DecisionChange'),
  filters: versions,
  sorts: ['symbol'],
});
