// Grain: symbol_id (one row a symbol, ids never reused).
import { column, type TableSpec } from './table.js';

export const DIM_SYMBOL: TableSpec = {
  name: 'dim_symbol',
  comment: 'symbols seen by a load; a venue prefix is part of the symbol',
  grain: ['symbol_id'],
  isKeyed: true,
  columns: [column('symbol_id', 'id', 'key'), column('symbol', 'text', 'unique, e.g. BTCUSDT')],
};
