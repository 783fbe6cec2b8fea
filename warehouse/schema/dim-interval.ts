// Grain: interval_id (position in the catalog of intervals + 1).
import { column, type TableSpec } from './table.js';

export const DIM_INTERVAL: TableSpec = {
  name: 'dim_interval',
  comment: 'intervals by length',
  grain: ['interval_id'],
  isKeyed: true,
  columns: [
    column('interval_id', 'id', 'key: 1m = 1, 3m = 2, ...'),
    column('interval', 'text', 'unique, e.g. 2h'),
    column('duration_ms', 'count', 'length of a bar'),
  ],
};
