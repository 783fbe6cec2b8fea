// Grain: symbol_id, interval_id, row_count (one row a block of 1,024 bars).
import { column, intervalId, symbolId, type TableSpec } from './table.js';

export const LINEAGE_BLOCK: TableSpec = {
  name: 'lineage_block',
  comment: 'content hash of the klines per block, and the kernels accumulators after it',
  grain: ['symbol_id', 'interval_id', 'row_count'],
  isKeyed: false,
  columns: [
    symbolId,
    intervalId,
    column('row_count', 'count', 'rows of the partition up to and with the block'),
    column('close_time', 'time', 'last bar of the block'),
    column('kline_hash', 'text', "SHA-256 over the block's klines, hex"),
    column('state', 'blob', 'float64 little-endian; NULL for the last, incomplete block', { nullable: true }),
  ],
};
