// Grain: run_id, itemset_id (one row a frequent structure of a mining run).
import { column, type TableSpec } from './table.js';

export const PATTERN_ITEMSET: TableSpec = {
  name: 'pattern_itemset',
  comment: 'frequent structures of WIN trades (SPEC 8)',
  grain: ['run_id', 'itemset_id'],
  isKeyed: false,
  columns: [
    column('run_id', 'count', 'mining run', { references: 'mining_run' }),
    column('itemset_id', 'count', 'from 1, most frequent first'),
    column('items', 'text', 'joined by ;'),
    column('length', 'count', 'items'),
    column('trade_count', 'count', 'WIN trades that have them all'),
    column('support', 'number', 'fraction of the WIN trades'),
  ],
};
