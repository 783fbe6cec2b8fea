// Grain: symbol_id, interval_id, from_time (one row a run of missing bars).
import { column, intervalId, symbolId, type TableSpec } from './table.js';

export const KLINE_GAP: TableSpec = {
  name: 'kline_gap',
  comment: 'missing bars between present ones',
  grain: ['symbol_id', 'interval_id', 'from_time'],
  isKeyed: false,
  columns: [
    symbolId,
    intervalId,
    column('from_time', 'time', 'first missing open_time'),
    column('to_time', 'time', 'next present open_time'),
    column('missing', 'count', 'bars'),
  ],
};
