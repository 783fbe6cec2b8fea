import type { Command } from 'commander';
import { type ReportFilter, readReport } from '../../warehouse/index.js';
import { common, group, partitionOptions } from '../command.js';
import { print } from '../output.js';
import { checkFilter } from '../recomputing.js';
import { type ReplicaOptions, replicaOption, withAnalytics } from '../replicas.js';
import { reportRow, reportText } from '../reporting.js';
import { REPORT_OUTPUT } from '../schemas/report.js';

/** `klinemill report` */
export function reportCommand(): Command {
  const command = partitionOptions(
    group(
      'report',
      'what each strategy did on each partition: counts, win rate, expectancy, pnl after costs',
    ).option('--strategy <name>', 'only this strategy: NAME (its newest version) or NAME@VERSION'),
  );
  return common(replicaOption(command)).action((options: ReplicaOptions & ReportFilter) =>
    withAnalytics(options, async (warehouse, url) => {
      await checkFilter(warehouse, options);
      const rows = await readReport(warehouse, options);
      await print(options, REPORT_OUTPUT, { warehouse: url, rows: rows.map(reportRow) }, () =>
        rows.length === 0 ? 'nothing to report: klinemill recompute computes predictions' : reportText(rows),
      );
    }),
  );
}
