// Grain: strategy_id, position (one row a metric of a strategy version).
import { column, strategyId, type TableSpec } from './table.js';

export const DIM_METRIC: TableSpec = {
  name: 'dim_metric',
  comment: 'metrics of strategy versions (SPEC 4)',
  grain: ['strategy_id', 'position'],
  isKeyed: true,
  columns: [
    strategyId,
    column('position', 'count', 'order in the document, inactive ones counted: bit of the masks, 0 to 61'),
    column('metric_code', 'text', 'unique in the strategy version'),
    column('metric_name', 'text', 'for people'),
    column('description', 'text', 'for people'),
    column('strategy', 'text', 'name, as in dim_strategy'),
    column('version', 'count', 'version, as in dim_strategy'),
    column('side', 'text', 'BUY, SELL, FILTER'),
    column('metric_group', 'text', 'TREND, MOMENTUM, VOLATILITY, VOLUME'),
    column('indicator', 'text', 'code or kline column'),
    column('reference', 'text', 'code or kline column that is subtracted', { nullable: true }),
    column('direction', 'text', 'condition'),
    column('threshold_start', 'number', 'a', { nullable: true }),
    column('threshold_end', 'number', 'b', { nullable: true }),
    column('window_size', 'number', 'NULL: one bar', { nullable: true }),
    column('window_unit', 'text', 'BAR, MINUTE, HOUR, DAY', { nullable: true }),
    column('metric_weight', 'number', 'weight'),
    column('is_active', 'flag', '0: not evaluated, not counted'),
  ],
};
