// Grain: task_id (one row a committed piece of work).
import { column, intervalId, symbolId, type TableSpec } from './table.js';

export const RUN_TASK: TableSpec = {
  name: 'run_task',
  comment: 'ledger: pieces of work, each committed with its rows',
  grain: ['task_id'],
  isKeyed: true,
  columns: [
    column('task_id', 'count', 'rises'),
    column('run_id', 'count', 'run it belongs to', { references: 'run' }),
    column('stage', 'text', 'load, resample, indicators, strategy, refine'),
    column('strategy_id', 'id', 'NULL: none', { nullable: true, references: 'dim_strategy' }),
    symbolId,
    intervalId,
    column('from_time', 'time', 'first close_time replaced'),
    column('to_time', 'time', 'last close_time replaced'),
    column('bars', 'count', 'bars of the range'),
    column('rows_written', 'count', 'rows'),
    column('codes', 'text', 'codes written, joined by ;'),
    column('versions', 'text', 'kernel versions as JSON'),
    column('reason', 'text', 'why it was stale'),
    column('kline_hash', 'text', 'SHA-256 over the kline hashes of its blocks; NULL for load', {
      nullable: true,
    }),
    column('elapsed_ms', 'number', 'wall clock'),
  ],
};
