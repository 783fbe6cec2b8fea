import { z } from 'zod';
import { GROUPINGS } from '../../warehouse/index.js';

const count = z.int().nonnegative();
const figure = z.number().nullable();

/** One strategy version over a group of its predictions; figures as SPEC 7 defines them. */
export const REPORT_ROW = z.strictObject({
  strategy: z.string(),
  version: z.int(),
  group: z.string().describe('BTCUSDT 1h, BTCUSDT, 1h, BUY, TREND_UP, 2024-01, 13, MON, ...; ALL'),
  symbol: z.string().nullable().describe('where the group is one partition or symbol'),
  interval: z.string().nullable().describe('where the group is one partition or interval'),
  bars: count.nullable().describe('klines of the partition within the times asked for'),
  predictions: count,
  tradable: count,
  wins: count,
  losses: count,
  expired: count,
  unfilled: count.describe('tradable, but no bar traded within the lookahead'),
  pending: count.describe('tradable, not decided yet'),
  ambiguous: count,
  with_gap: count,
  taken: count.describe('trades that the account took'),
  skipped: count.describe('trades that it had no room for'),
  win_rate: figure.describe('of wins and losses'),
  avg_win_pct: figure,
  avg_loss_pct: figure,
  expectancy_pct: figure,
  avg_pnl_pct: figure,
  total_pnl_pct: figure,
  gross_pct: figure,
  profit_factor: figure,
  payoff: figure,
  rolling_win_rate_5: figure.describe('over the last 5 wins and losses'),
  rolling_win_rate_10: figure,
  rolling_win_rate_20: figure,
  equity: figure.describe('of an account that started with 100'),
  drawdown: figure.describe('after the last trade taken'),
  max_drawdown: figure,
  max_drawdown_ms: figure,
  sharpe: figure.describe('of daily returns, a year of 365 days'),
  sortino: figure,
  sqn: figure,
  null_reasons: z.record(z.string(), z.string()).describe('why a figure is null, by its name'),
});

const OVERVIEW = REPORT_ROW.extend({
  streaks: z
    .strictObject({
      max_win_streak: count,
      max_loss_streak: count,
      current_streak: z.int().describe('negative: losses'),
    })
    .nullable()
    .describe('null without a win or loss'),
  excursions: z
    .array(
      z.strictObject({
        result_status: z.enum(['WIN', 'LOSS', 'EXPIRED']),
        trades: count,
        avg_mfe_pct: z.number().describe('most favourable return on the way'),
        median_mfe_pct: z.number(),
        max_mfe_pct: z.number(),
        avg_mae_pct: z.number().describe('most adverse return on the way'),
        median_mae_pct: z.number(),
        min_mae_pct: z.number(),
      }),
    )
    .describe('gross, percent'),
  metrics: z.array(
    z.strictObject({
      metric: z.string(),
      side: z.string(),
      metric_group: z.string(),
      metric_weight: z.number(),
      trades: count.describe('closed trades where it was 1'),
      win_rate: figure,
      avg_pnl_pct: figure,
      total_pnl_pct: figure,
      other_trades: count.describe('closed trades where it was not'),
      other_win_rate: figure,
      other_avg_pnl_pct: figure,
    }),
  ),
  equity_days: z
    .array(
      z.strictObject({
        day: z.int(),
        equity: z.number(),
        drawdown: z.number().describe('the deepest of the day'),
        trades: count.describe('that ended'),
      }),
    )
    .describe('UTC days on which a trade that was taken ended'),
});

const DECISION = z.strictObject({
  decision: z.enum(['BUY', 'SELL', 'NONE']),
  no_trade_reason: z.string().nullable(),
  buy_score: z.number(),
  sell_score: z.number(),
});

/** `report --json`: no word of where the facts are, so that the same facts in another warehouse give the same bytes. */
export const REPORT_OUTPUT = z.strictObject({
  by: z.enum(GROUPINGS),
  confirmed_only: z.boolean(),
  allocation: z.number().describe('share of equity that a trade gets'),
  rows: z.array(REPORT_ROW).describe('by strategy, then group'),
  overall: z.array(OVERVIEW).describe('by strategy'),
  comparison: z
    .strictObject({
      first: z.string(),
      second: z.string(),
      bars: count.describe('with a prediction of both'),
      only_first: count.describe('bars with a prediction of the first alone'),
      only_second: count,
      changed: count,
      changes: z.array(
        z.strictObject({
          symbol: z.string(),
          interval: z.string(),
          predicting_at: z.int(),
          first: DECISION,
          second: DECISION,
        }),
      ),
    })
    .nullable()
    .describe('with --compare: bars whose decision differs'),
});
