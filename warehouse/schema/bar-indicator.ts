// Grain: symbol_id, interval_id, close_time (one row a bar, one column a code).
import { column, intervalId, symbolId, type TableColumn, type TableSpec } from './table.js';

/** Column of a code: the code in lower case. */
export const codeColumn = (code: string): string => code.toLowerCase();

/** Column as the migration adds it for a code of the catalog. */
export const indicatorColumn = (code: string): TableColumn =>
  column(codeColumn(code), 'number', code, { nullable: true });

/** The columns of the codes are added by `migrate(catalog)`. */
export const BAR_INDICATOR: TableSpec = {
  name: 'bar_indicator',
  comment: 'physical form of fact_indicator: one DOUBLE column a code, NULL: unknown',
  grain: ['symbol_id', 'interval_id', 'close_time'],
  isKeyed: false,
  columns: [symbolId, intervalId, column('close_time', 'time', 'close_time of the bar')],
};
