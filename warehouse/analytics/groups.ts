import { openAccounts } from './account.js';
import { forEachSample, type SampleSource } from './each-sample.js';
import type { RollingRow } from './figures.js';
import { type AnalyticsFilter, allocationOf } from './filter.js';
import type { Sample } from './sample.js';

/** A strategy version that rows belong to. */
export interface OfStrategy<Row> {
  readonly strategy: string;
  readonly version: number;
  readonly rows: readonly Row[];
}

/** Runs of WIN and of LOSS in trade order, EXPIRED left out. */
export interface Streaks {
  readonly max_win_streak: number;
  readonly max_loss_streak: number;
  /** The run that the last trade is in, negative for LOSS. */
  readonly current_streak: number;
}

/** How far trades of one status went for (MFE) and against (MAE) the position: gross return, percent. */
export interface Excursion {
  readonly result_status: 'WIN' | 'LOSS' | 'EXPIRED';
  readonly trades: number;
  readonly avg_mfe_pct: number;
  readonly median_mfe_pct: number;
  readonly max_mfe_pct: number;
  readonly avg_mae_pct: number;
  readonly median_mae_pct: number;
  readonly min_mae_pct: number;
}

/** The account after a UTC day on which a trade that was taken ended. */
export interface EquityDay {
  /** Start of the day, epoch ms. */
  readonly day: number;
  readonly equity: number;
  /** The deepest of the day. */
  readonly drawdown: number;
  /** Trades that ended. */
  readonly trades: number;
}

/** Win rates over the last k confirmed trades, after each of them. */
export type RollingWinRates = Omit<RollingRow, 'g' | 'n'>;

export async function streaks(sample: Sample): Promise<Streaks[]> {
  return withoutGroup(await sample.read<Streaks & Grouped>('streaks'));
}

export async function excursions(sample: Sample): Promise<Excursion[]> {
  return withoutGroup(await sample.read<Excursion & Grouped>('excursions'));
}

/** Of an account that `openAccounts` has made. */
export async function equityDays(sample: Sample): Promise<EquityDay[]> {
  return withoutGroup(await sample.read<EquityDay & Grouped>('equity-days'));
}

/** Streaks of each strategy version that the filter names: one row, or none without WIN or LOSS. */
export function readStreaks(source: SampleSource, filter: AnalyticsFilter = {}) {
  return readAll(source, filter, streaks);
}

/** Excursions by result status. */
export function readExcursions(source: SampleSource, filter: AnalyticsFilter = {}) {
  return readAll(source, filter, excursions);
}

/** The equity curve, day by day. */
export function readEquity(source: SampleSource, filter: AnalyticsFilter = {}) {
  return readAll(source, filter, async (sample) => {
    await openAccounts(sample, allocationOf(filter));
    return equityDays(sample);
  });
}

/** Rolling win rates, trade by trade. */
export function readRolling(source: SampleSource, filter: AnalyticsFilter = {}) {
  return readAll(source, filter, async (sample) => {
    const rows = await sample.read<RollingRow>('rolling-all');
    return rows.map(({ g: _g, n: _n, ...rates }): RollingWinRates => rates);
  });
}

interface Grouped {
  readonly g: number;
}

/** What a reader finds in the one group of everything within the filter. */
export async function readAll<Row>(
  source: SampleSource,
  filter: AnalyticsFilter,
  read: (sample: Sample) => Promise<Row[]>,
): Promise<OfStrategy<Row>[]> {
  return forEachSample(source, filter, false, async (sample) => {
    await sample.group({ file: 'all', inPartition: false });
    const { document, version } = sample.record;
    return { strategy: document.strategy, version, rows: await read(sample) };
  });
}

function withoutGroup<Row extends Grouped>(rows: readonly Row[]): Omit<Row, 'g'>[] {
  return rows.map(({ g: _g, ...row }) => row);
}
