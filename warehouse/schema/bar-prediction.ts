// Grain: strategy_id, symbol_id, interval_id, predicting_at (one row a bar and strategy version).
import { PREDICTION_COLUMNS } from './batches.js';
import { batchColumns, intervalId, strategyId, symbolId, type TableSpec } from './table.js';

export const BAR_PREDICTION: TableSpec = {
  name: 'bar_prediction',
  comment: 'physical form of fact_prediction and fact_metric_value',
  grain: ['strategy_id', 'symbol_id', 'interval_id', 'predicting_at'],
  isKeyed: false,
  columns: [
    strategyId,
    symbolId,
    intervalId,
    ...batchColumns(PREDICTION_COLUMNS, {
      predicting_at: 'close_time of the signal bar',
      known_mask: 'bit k: the metric at position k is known',
      fired_mask: 'bit k: the metric at position k is 1',
      close: 'price of the signal bar',
      buy_score: 'sum of weights of BUY metrics that fired',
      sell_score: 'sum of weights of SELL metrics that fired',
      action: '1 BUY, 0 SIDEWAY, -1 SELL',
      reason: '0 tradable, 1 to 6 the safeguards, 100 + position the FILTER metric',
      is_conflict: 'both sides reach their thresholds',
      metric_trend: 'signed weights of the group that fired',
      metric_momentum: 'signed weights of the group that fired',
      metric_volatility: 'signed weights of the group that fired',
      metric_volume: 'signed weights of the group that fired',
    }),
  ],
};
