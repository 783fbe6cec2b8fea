// Grain: strategy_id, symbol_id, interval_id, predicting_at (at most one row a prediction).
import { RESULT_COLUMNS } from './batches.js';
import { batchColumns, intervalId, strategyId, symbolId, type TableSpec } from './table.js';

export const FACT_PREDICTION_RESULT: TableSpec = {
  name: 'fact_prediction_result',
  comment: 'what became of a tradable prediction (SPEC 6)',
  grain: ['strategy_id', 'symbol_id', 'interval_id', 'predicting_at'],
  isKeyed: false,
  columns: [
    strategyId,
    symbolId,
    intervalId,
    ...batchColumns(RESULT_COLUMNS, {
      predicting_at: 'close_time of the signal bar',
      action: '1 BUY, -1 SELL',
      is_strong: 'market_score reached strong_edge',
      entry_price: 'price',
      tp_price: 'price',
      sl_price: 'price',
      lookahead_ms: 'patience',
      exit_price: 'price',
      result_status: '0 WIN, 1 LOSS, 2 EXPIRED',
      confirmed_at: 'close_time of the exit bar',
      gross_pct: 'percent, before costs',
      pnl_pct: 'percent, after costs',
      max_return_pct: 'best gross return on the way',
      min_return_pct: 'worst gross return on the way',
      is_ambiguous: 'a bar reached both targets and no finer bar decided',
      has_gap: 'a bar is missing between prediction and exit',
      is_contested: 'the exit bar reached both targets without a deciding open',
      decided_by: 'interval_id whose bars decided a contested exit, 0: none',
    }),
  ],
};
