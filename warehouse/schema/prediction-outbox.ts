// Grain: strategy_id, symbol_id, interval_id (one row a strategy version and partition that is published).
import { column, intervalId, strategyId, symbolId, type TableSpec } from './table.js';

export const PREDICTION_OUTBOX: TableSpec = {
  name: 'prediction_outbox',
  comment: 'how far predictions are published: set back in the transaction that computes them again',
  grain: ['strategy_id', 'symbol_id', 'interval_id'],
  isKeyed: false,
  columns: [
    strategyId,
    symbolId,
    intervalId,
    column('published_to', 'time', 'predicting_at up to which they are published'),
    column('revision', 'count', 'of what is published from there on; rises when bars are computed again'),
  ],
};
