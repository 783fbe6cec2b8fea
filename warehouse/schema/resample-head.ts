// Grain: symbol_id, interval_id, source_interval_id (one row a partition and interval it is derived from).
import { column, intervalId, symbolId, type TableSpec } from './table.js';

export const RESAMPLE_HEAD: TableSpec = {
  name: 'resample_head',
  comment: 'how far the derivation of a partition from a finer interval is',
  grain: ['symbol_id', 'interval_id', 'source_interval_id'],
  isKeyed: false,
  columns: [
    symbolId,
    intervalId,
    column('source_interval_id', 'id', 'interval it is derived from', { references: 'dim_interval' }),
    column('seq', 'count', 'newest kline_change taken into account for complete buckets'),
    column('partial_seq', 'count', 'the same for incomplete ones; 0: never asked for'),
    column('version', 'count', 'of the resampling'),
    column('run_id', 'count', 'run that set it', { references: 'run' }),
  ],
};
