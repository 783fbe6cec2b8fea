// Grain: symbol_id, interval_id, close_time, revision (one row a replaced bar).
import { KLINE_COLUMNS } from './batches.js';
import { KLINE_COMMENTS } from './fact-kline.js';
import { batchColumns, column, intervalId, symbolId, type TableSpec } from './table.js';

export const KLINE_REVISION: TableSpec = {
  name: 'kline_revision',
  comment: 'bars as they were before `load --revise` replaced them',
  grain: ['symbol_id', 'interval_id', 'close_time', 'revision'],
  isKeyed: false,
  columns: [
    symbolId,
    intervalId,
    ...batchColumns(KLINE_COLUMNS, KLINE_COMMENTS),
    column('revision', 'count', '1 for the bar that was replaced first, then 2, ...'),
    column('run_id', 'count', 'run that replaced it', { references: 'run' }),
  ],
};
