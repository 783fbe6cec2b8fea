// Grain: run_id (one row a command that writes).
import { column, type TableSpec } from './table.js';

export const RUN: TableSpec = {
  name: 'run',
  comment: 'ledger: commands; RUNNING without a process: it was killed',
  grain: ['run_id'],
  isKeyed: true,
  columns: [
    column('run_id', 'count', 'rises'),
    column('kind', 'text', 'load, download, resample, recompute, stream, import, forget, mine'),
    column('started_at', 'time', 'start'),
    column('finished_at', 'time', 'end; NULL: not finished', { nullable: true }),
    column('status', 'text', 'RUNNING, DONE, FAILED'),
    column('detail', 'text', 'what it was asked, or why it failed'),
  ],
};
