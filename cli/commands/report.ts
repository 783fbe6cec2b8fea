import { type Command, Option } from 'commander';
import { UserError } from '../../engine/index.js';
import {
  type AnalyticsFilter,
  type Comparison,
  DEFAULT_ALLOCATION,
  GROUPINGS,
  type Grouping,
  type Report,
  readComparison,
  readReport,
  type Warehouse,
} from '../../warehouse/index.js';
import { common, group, partitionOptions } from '../command.js';
import { print } from '../output.js';
import { checkFilter } from '../recomputing.js';
import { type ReplicaOptions, replicaOption, withAnalytics } from '../replicas.js';
import { comparisonDocument, reportDocument, reportRow } from '../report-document.js';
import { comparisonText, overviewText, reportText } from '../reporting.js';
import type { REPORT_OUTPUT } from '../schemas/report.js';
import { timeRange } from '../time-range.js';
import { parseShare, parseTime } from '../values.js';

interface ReportOptions extends ReplicaOptions, AnalyticsFilter {
  readonly by: Grouping;
  readonly confirmedOnly?: true;
  readonly allocation: number;
  readonly compare?: readonly string[];
}

/** `klinemill report` */
export function reportCommand(): Command {
  const command = partitionOptions(
    group('report', 'what the strategies did: counts, win rate, expectancy, equity, drawdown, after costs'),
  )
    .option('--strategy <name>', 'only this strategy: NAME (its newest version) or NAME@VERSION')
    .addOption(new Option('--side <side>', 'only this side').choices(['BUY', 'SELL']))
    .addOption(new Option('--from <time>', 'signals at or after this time').argParser(parseTime))
    .addOption(new Option('--to <time>', 'signals before this time').argParser(parseTime))
    .addOption(new Option('--by <what>', 'a line for each').choices(GROUPINGS).default(GROUPINGS[0]))
    .option('--confirmed-only', 'leave expired trades out of every figure but the counts')
    .addOption(
      new Option('--allocation <share>', 'share of equity that a trade gets')
        .argParser(parseShare)
        .default(DEFAULT_ALLOCATION),
    )
    .addOption(
      new Option(
        '--compare <names...>',
        'two strategy versions side by side, NAME@1 NAME@2, and the bars whose decision differs',
      ).conflicts('strategy'),
    );
  return common(replicaOption(command)).action((options: ReportOptions) =>
    withAnalytics(options, async (warehouse) => {
      timeRange('report', options);
      await checkFilter(warehouse, options);
      const pair = await comparedNames(warehouse, options);
      const report = await readNamed(warehouse, pair, options);
      const comparison = pair === null ? null : await readComparison(warehouse, pair, options);
      const document = {
        by: options.by,
        confirmed_only: options.confirmedOnly ?? false,
        allocation: options.allocation,
        rows: report.rows.map(reportRow),
        overall: report.overall.map(reportDocument),
        comparison: comparison === null ? null : comparisonDocument(comparison),
      };
      await print<typeof REPORT_OUTPUT>(options, document, () => textOf(report, comparison, options));
    }),
  );
}

async function comparedNames(
  warehouse: Warehouse,
  { compare }: ReportOptions,
): Promise<readonly [string, string] | null> {
  if (compare === undefined) return null;
  const [first, second, ...more] = compare;
  if (first === undefined || second === undefined || more.length > 0)
    throw new UserError(`report: --compare takes two strategy versions, not ${compare.length}`);
  for (const strategy of compare) await checkFilter(warehouse, { strategy });
  return [first, second];
}

/** The report of the strategies that the options name: two of them when they are compared. */
async function readNamed(
  warehouse: Warehouse,
  pair: readonly [string, string] | null,
  options: ReportOptions,
): Promise<Report> {
  if (pair === null) return readReport(warehouse, options, options.by);
  const reports: Report[] = [];
  for (const strategy of pair)
    reports.push(await readReport(warehouse, { ...options, strategy }, options.by));
  return {
    rows: reports.flatMap(({ rows }) => rows),
    overall: reports.flatMap(({ overall }) => overall),
  };
}

function textOf(report: Report, comparison: Comparison | null, options: ReportOptions): string {
  if (report.rows.length === 0) return nothingText(options);
  const parts = [reportText(report.rows, options.by), ...report.overall.map(overviewText)];
  if (comparison !== null) parts.push(comparisonText(comparison, report.overall));
  return parts.join('\n\n');
}

function nothingText({ strategy, symbol, interval, side, from, to }: ReportOptions): string {
  const isFiltered = [strategy, symbol, interval, side, from, to].some((option) => option !== undefined);
  return isFiltered
    ? 'nothing to report: no prediction is among what was asked for; klinemill status shows what there is'
    : 'nothing to report: klinemill recompute computes predictions';
}
