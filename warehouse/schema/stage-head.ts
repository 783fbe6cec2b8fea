// Grain: symbol_id, interval_id, strategy_id (one row a stage of a partition).
import { column, intervalId, symbolId, type TableSpec } from './table.js';

export const STAGE_HEAD: TableSpec = {
  name: 'stage_head',
  comment: 'how far a stage of a partition is',
  grain: ['symbol_id', 'interval_id', 'strategy_id'],
  isKeyed: false,
  columns: [
    symbolId,
    intervalId,
    column('strategy_id', 'id', 'NULL: the indicators', { nullable: true, references: 'dim_strategy' }),
    column('seq', 'count', 'newest kline_change of the partition taken into account'),
    column('row_count', 'count', 'rows of the partition'),
    column('last_close_time', 'time', 'last bar'),
    column('versions', 'text', 'kernel versions as JSON'),
    column('run_id', 'count', 'run that set it', { references: 'run' }),
    column('finer_seq', 'count', 'newest kline_change of finer intervals taken into account'),
  ],
};
