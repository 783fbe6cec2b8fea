// Grain: symbol_id, interval_id, close_time (one row a bar).
import { KLINE_COLUMNS } from './batches.js';
import { batchColumns, intervalId, symbolId, type TableSpec } from './table.js';

export const KLINE_COMMENTS = {
  open_time: 'start of the bar',
  open: 'price',
  high: 'price',
  low: 'price',
  close: 'price',
  volume: 'in the base asset',
  close_time: 'open_time + duration - 1',
  quote_volume: 'in the quote asset; NULL: unknown',
  trade_count: 'whole number; NULL: unknown',
  taker_buy_base: 'NULL: unknown',
  taker_buy_quote: 'NULL: unknown',
};

export const FACT_KLINE: TableSpec = {
  name: 'fact_kline',
  comment: 'market truth, immutable but for `load --revise`',
  grain: ['symbol_id', 'interval_id', 'close_time'],
  isKeyed: false,
  columns: [symbolId, intervalId, ...batchColumns(KLINE_COLUMNS, KLINE_COMMENTS)],
};
