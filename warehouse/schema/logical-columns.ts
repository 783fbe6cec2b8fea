import type { FactTable } from '../warehouse.js';
import { KLINE_COLUMNS } from './batches.js';

const PARTITION = ['symbol', 'interval'];
const STRATEGY = ['strategy', 'version', ...PARTITION];

/** Columns of the facts as views and exports give them, in order (SPEC 11). */
export const LOGICAL_COLUMNS: Readonly<Record<FactTable, readonly string[]>> = {
  fact_kline: [...PARTITION, ...KLINE_COLUMNS.map(({ name }) => name)],
  fact_indicator: [...PARTITION, 'indicator', 'timestamp', 'value'],
  fact_metric_value: [...STRATEGY, 'metric', 'calculating_at', 'metric_value'],
  fact_prediction: [
    ...STRATEGY,
    'predicting_at',
    'close',
    'buy_score',
    'sell_score',
    'market_score',
    'max_score',
    'confidence_score',
    'action',
    'is_tradable',
    'no_trade_reason',
    'is_conflict',
    'metric_trend',
    'metric_momentum',
    'metric_volatility',
    'metric_volume',
    'metrics_fired',
    'metrics_unknown',
  ],
  fact_prediction_result: [
    ...STRATEGY,
    'predicting_at',
    'action',
    'is_strong',
    'entry_price',
    'tp_price',
    'sl_price',
    'lookahead_ms',
    'exit_price',
    'result_status',
    'confirmed_at',
    'gross_pct',
    'pnl_pct',
    'max_return_pct',
    'min_return_pct',
    'is_ambiguous',
    'has_gap',
  ],
};
