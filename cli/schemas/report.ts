import { z } from 'zod';

const count = z.int().nonnegative();
const figure = z.number().nullable();

/** One strategy version on one partition; figures as SPEC 7 defines them. */
export const REPORT_ROW = z.strictObject({
  strategy: z.string(),
  version: z.int(),
  symbol: z.string(),
  interval: z.string(),
  bars: count.describe('klines of the partition'),
  predictions: count,
  tradable: count,
  wins: count,
  losses: count,
  expired: count,
  unfilled: count.describe('tradable, but no bar traded within the lookahead'),
  pending: count.describe('tradable, not decided yet'),
  ambiguous: count,
  with_gap: count,
  win_rate: figure.describe('of wins and losses'),
  avg_win_pct: figure,
  avg_loss_pct: figure,
  expectancy_pct: figure,
  avg_pnl_pct: figure,
  total_pnl_pct: figure,
  gross_pct: figure,
  profit_factor: figure,
  payoff: figure,
  null_reasons: z.record(z.string(), z.string()).describe('why a figure is null, by its name'),
});

/** `report --json` */
export const REPORT_OUTPUT = z.strictObject({
  warehouse: z.string(),
  rows: z.array(REPORT_ROW),
});
