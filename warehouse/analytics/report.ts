import { openAccounts } from './account.js';
import { forEachSample, type SampleSource } from './each-sample.js';
import {
  type DrawdownRow,
  type Figures,
  figuresOf,
  type ReturnsRow,
  type RollingRow,
  type SummaryRow,
} from './figures.js';
import {
  type AnalyticsFilter,
  allocationOf,
  type Grouping,
  type GroupPart,
  groupParts,
  hasRegimes,
} from './filter.js';
import { type EquityDay, type Excursion, equityDays, excursions, type Streaks, streaks } from './groups.js';
import { type MetricContribution, metricContribution } from './metric-contribution.js';
import type { Sample } from './sample.js';

/** Figures of one strategy version over a group of its predictions. */
export interface ReportRow extends Figures {
  readonly strategy: string;
  readonly version: number;
  /** Name of the group: `BTCUSDT 1h`, `2024-01`, `TREND_UP`, `BTCUSDT 1h TREND_UP`, ...; ALL: everything within the filter. */
  readonly group: string;
  /** Where the group is of one partition, one symbol or one interval; else null. */
  readonly symbol: string | null;
  readonly interval: string | null;
  /** Klines of the partition within the filter's times; null for groups of another kind. */
  readonly bars: number | null;
}

/** All there is to say of one strategy version within a filter. */
export interface StrategyOverview extends ReportRow {
  /** null without WIN or LOSS. */
  readonly streaks: Streaks | null;
  readonly excursions: readonly Excursion[];
  readonly metrics: readonly MetricContribution[];
  readonly equity_days: readonly EquityDay[];
}

export interface Report {
  /** By strategy, then group. */
  readonly rows: readonly ReportRow[];
  readonly overall: readonly StrategyOverview[];
}

/**
 * Figures of every strategy version that the filter names, group by group.
 *
 * @throws Error that lists the names when the strategy or version is not there
 */
export async function readFigures(
  source: SampleSource,
  filter: AnalyticsFilter = {},
  by: Grouping | 'all' = 'partition',
): Promise<ReportRow[]> {
  const found = await forEachSample(source, filter, hasRegimes(by), (sample) => rowsBy(sample, by, filter));
  return found.flat();
}

/** `readFigures` and, from the same snapshot, the overview of every strategy version that has predictions. */
export async function readReport(
  source: SampleSource,
  filter: AnalyticsFilter = {},
  by: Grouping = 'partition',
): Promise<Report> {
  const found = await forEachSample(source, filter, hasRegimes(by), async (sample) => {
    const rows = await rowsBy(sample, by, filter);
    const whole = wholeOf(by, rows) ?? (await rowsBy(sample, 'all', filter))[0];
    return { rows, overall: whole === undefined ? [] : [await overviewOf(sample, whole)] };
  });
  return {
    rows: found.flatMap(({ rows }) => rows),
    overall: found.flatMap(({ overall }) => overall),
  };
}

/** The only group of a grouping that leaves no prediction out is everything: nothing is computed twice. */
function wholeOf(by: Grouping, rows: readonly ReportRow[]): ReportRow | undefined {
  const [row, ...others] = rows;
  if (row === undefined || others.length > 0 || by === 'side' || hasRegimes(by)) return undefined;
  return { ...row, group: 'ALL', symbol: null, interval: null, bars: null };
}

/** @param whole figures of the sample's only group, which was the last to be made */
async function overviewOf(sample: Sample, whole: ReportRow): Promise<StrategyOverview> {
  return {
    ...whole,
    streaks: (await streaks(sample))[0] ?? null,
    excursions: await excursions(sample),
    metrics: await metricContribution(sample),
    equity_days: await equityDays(sample),
  };
}

async function rowsBy(sample: Sample, by: Grouping | 'all', filter: AnalyticsFilter): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  // One after the other: together they would hold every trade four times.
  for (const part of groupParts(by)) rows.push(...(await rowsOf(sample, part, filter)));
  return rows;
}

async function rowsOf(sample: Sample, part: GroupPart, filter: AnalyticsFilter): Promise<ReportRow[]> {
  await sample.group(part);
  const summaries = await sample.read<SummaryRow>('summary');
  const rolling = byGroup(await sample.read<RollingRow>('rolling-last'));
  const skipped = await openAccounts(sample, allocationOf(filter));
  const drawdowns = byGroup(await sample.read<DrawdownRow>('drawdown'));
  const returns = byGroup(await sample.read<ReturnsRow>('returns'));
  return summaries.map((summary) => ({
    ...nameOf(sample, part, summary),
    ...figuresOf({
      summary,
      rolling: rolling.get(summary.g),
      drawdown: drawdowns.get(summary.g),
      returns: returns.get(summary.g),
      skipped: skipped.get(summary.g) ?? 0,
      confirmedOnly: filter.confirmedOnly ?? false,
    }),
  }));
}

function byGroup<Row extends { readonly g: number }>(rows: readonly Row[]): ReadonlyMap<number, Row> {
  return new Map(rows.map((row) => [row.g, row]));
}

function nameOf(
  sample: Sample,
  part: GroupPart,
  { g, label }: SummaryRow,
): Pick<ReportRow, 'strategy' | 'version' | 'group' | 'symbol' | 'interval' | 'bars'> {
  const { document, version } = sample.record;
  const partition = sample.slotOf(part, g);
  return {
    strategy: document.strategy,
    version,
    group: label,
    symbol: part.file === 'symbol' ? label : (partition?.symbol ?? null),
    interval: part.file === 'interval' ? label : (partition?.interval ?? null),
    bars: part.file === 'partition' ? (partition?.bars ?? null) : null,
  };
}
