// Grain: seq (one row a change of market truth).
import { column, intervalId, symbolId, type TableSpec } from './table.js';

export const KLINE_CHANGE: TableSpec = {
  name: 'kline_change',
  comment: 'log of changes of klines; what is stale is read from it; stays when a partition is forgotten',
  grain: ['seq'],
  isKeyed: false,
  columns: [
    column('seq', 'count', 'rises with every change'),
    column('run_id', 'count', 'run that made it', { references: 'run' }),
    symbolId,
    intervalId,
    column('from_time', 'time', 'first close_time that changed'),
    column('to_time', 'time', 'last close_time that changed'),
    column('added', 'count', 'bars'),
    column('revised', 'count', 'bars'),
  ],
};
