import type { z } from 'zod';
import type * as dataRoutes from '../../../api/data.js';
import type { EXPLANATION } from '../../../api/explanation.js';
import type { JOB } from '../../../api/jobs.js';
import type * as market from '../../../api/market.js';
import type * as mining from '../../../api/mining.js';
import type * as performance from '../../../api/performance.js';
import type * as strategies from '../../../api/strategies.js';

/** What the API's contract says, so that a change there is an error here. */
interface ListRoute {
  readonly responses: {
    readonly 200: { readonly content: { readonly 'application/json': { readonly schema: z.ZodType } } };
  };
}

/** A row of a list that was asked for all its fields. */
type Row<Route extends ListRoute> =
  z.infer<Route['responses'][200]['content']['application/json']['schema']> extends {
    readonly data: readonly (infer Found)[];
  }
    ? { readonly [Name in keyof Found]-?: Exclude<Found[Name], undefined> }
    : never;

export type PartitionRow = Row<typeof market.partitions>;
export type IndicatorTypeRow = Row<typeof market.indicatorTypes>;
export type StrategyRow = Row<typeof strategies.strategies>;
export type EquityRow = Row<typeof performance.equity>;
export type RollingRow = Row<typeof performance.rolling>;
export type ContributionRow = Row<typeof performance.contributions>;
export type MiningRunRow = Row<typeof mining.miningRuns>;
export type PatternRow = Row<typeof mining.patterns>;
export type EdgeRuleRow = Row<typeof mining.edgeRules>;
export type StatusRow = Row<typeof dataRoutes.status>;
export type GapRow = Row<typeof dataRoutes.gaps>;
export type RejectRow = Row<typeof dataRoutes.rejects>;
export type CheckRow = Row<typeof dataRoutes.checks>;
export type RunRow = Row<typeof dataRoutes.runs>;
export type JobRow = z.infer<typeof JOB>;
export type Explanation = z.infer<typeof EXPLANATION>;
export type ExplainedMetric = Explanation['metrics'][number];

type PerformanceRow = Row<typeof performance.performance>;
/** Figures of a group; why one is null stands by its name. */
export type FigureRow = Omit<PerformanceRow, 'null_reasons'> & {
  readonly null_reasons: Readonly<Record<string, string>>;
};
export type PerformanceAnswer = PerformanceRow;

/** A closed trade, as far as pictures need it. */
export interface TradeRow {
  readonly result_status: string;
  readonly pnl_pct: number;
  readonly max_return_pct: number;
  readonly min_return_pct: number;
}

/** A tradable prediction and what became of it; null: nothing yet. */
export interface Signal {
  readonly prediction_id: string;
  readonly predicting_at: number;
  readonly action: 'BUY' | 'SELL';
  readonly result_status: 'WIN' | 'LOSS' | 'EXPIRED' | null;
  readonly confirmed_at: number | null;
  readonly pnl_pct: number | null;
}
