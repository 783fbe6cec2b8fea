import type { z } from 'zod';
import type { Comparison, ReportRow, StrategyOverview } from '../warehouse/index.js';
import type { REPORT_OUTPUT, REPORT_ROW } from './schemas/report.js';

type Document = z.input<typeof REPORT_OUTPUT>;

/** A row of the report as plain data: only its readonly marks are in the way. */
export function reportRow(row: ReportRow): z.input<typeof REPORT_ROW> {
  return { ...row, null_reasons: { ...row.null_reasons } };
}

/** An overview as plain data. */
export function reportDocument(overview: StrategyOverview): Document['overall'][number] {
  const { excursions, metrics, equity_days } = overview;
  return {
    ...overview,
    null_reasons: { ...overview.null_reasons },
    excursions: [...excursions],
    metrics: [...metrics],
    equity_days: [...equity_days],
  };
}

/** A comparison as plain data. */
export function comparisonDocument(comparison: Comparison): NonNullable<Document['comparison']> {
  return { ...comparison, changes: [...comparison.changes] };
}
