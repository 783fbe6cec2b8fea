// Grain: writer (one row a connection that wrote).
import { column, type TableSpec } from './table.js';

export const COMMIT_MARK: TableSpec = {
  name: 'commit_mark',
  comment:
    'the last transaction that each connection committed, written in it: read when the answer to COMMIT was lost (servers only)',
  grain: ['writer'],
  isKeyed: true,
  columns: [
    column('writer', 'text', 'random name of a connection'),
    column('commits', 'count', 'number of its transaction'),
    column('marked_at', 'time', 'when, epoch ms; rows of yesterday are removed by who migrates'),
  ],
};
