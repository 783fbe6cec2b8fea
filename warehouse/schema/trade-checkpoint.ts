// Grain: strategy_id, symbol_id, interval_id, close_time (one row a saved state of open trades).
import { column, intervalId, strategyId, symbolId, type TableSpec } from './table.js';

export const TRADE_CHECKPOINT: TableSpec = {
  name: 'trade_checkpoint',
  comment: 'open trades of a strategy after a bar, so that confirmation can be resumed',
  grain: ['strategy_id', 'symbol_id', 'interval_id', 'close_time'],
  isKeyed: false,
  columns: [
    strategyId,
    symbolId,
    intervalId,
    column('close_time', 'time', 'bar after which the state stands'),
    column('state', 'blob', 'float64 little-endian'),
  ],
};
