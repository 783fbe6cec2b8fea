import type { z } from 'zod';
import type { ReportRow } from '../warehouse/index.js';
import { fixed, percent, whole } from './format.js';
import type { REPORT_ROW } from './schemas/report.js';
import { table } from './table.js';

/** A row of the report as plain data. */
export function reportRow(row: ReportRow): z.input<typeof REPORT_ROW> {
  return { ...row, null_reasons: { ...row.null_reasons } };
}

/** A line a strategy and partition. */
export function reportText(rows: readonly ReportRow[]): string {
  const columns = [
    { head: 'strategy', left: true },
    { head: 'symbol', left: true },
    { head: 'interval', left: true },
    { head: 'bars' },
    { head: 'predictions' },
    { head: 'tradable' },
    { head: 'wins' },
    { head: 'losses' },
    { head: 'expired' },
    { head: 'win rate' },
    { head: 'expectancy %' },
    { head: 'total pnl %' },
  ];
  return table(
    columns,
    rows.map((row) => [
      `${row.strategy}@${row.version}`,
      row.symbol,
      row.interval,
      whole(row.bars),
      whole(row.predictions),
      whole(row.tradable),
      whole(row.wins),
      whole(row.losses),
      whole(row.expired),
      percent(row.win_rate),
      fixed(row.expectancy_pct, 3),
      fixed(row.total_pnl_pct, 1),
    ]),
  );
}
