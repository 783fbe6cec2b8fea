// Grain: symbol_id, interval_id, close_time (one row a derived bar).
import { DERIVATION_COLUMNS } from './batches.js';
import { batchColumns, intervalId, symbolId, type TableSpec } from './table.js';

export const KLINE_DERIVATION: TableSpec = {
  name: 'kline_derivation',
  comment: 'bars of fact_kline that `resample` made; a bar without a row here was loaded',
  grain: ['symbol_id', 'interval_id', 'close_time'],
  isKeyed: false,
  columns: [
    symbolId,
    intervalId,
    ...batchColumns(DERIVATION_COLUMNS, {
      close_time: 'close_time of the derived bar',
      source_interval: 'interval_id of the bars it was made of',
      bars: 'how many whole ones they were; fewer than fit: a partial bar',
    }),
  ],
};
