// Grain: run_id (one row a mining run whose question and data were new).
import { column, type TableSpec } from './table.js';

const filter = (name: string, kind: 'text' | 'time', comment: string) =>
  column(name, kind, `${comment}; NULL: not asked`, { nullable: true });

export const MINING_RUN: TableSpec = {
  name: 'mining_run',
  comment: 'what was mined, from which trades (SPEC 8)',
  grain: ['run_id'],
  isKeyed: true,
  columns: [
    column('run_id', 'count', 'run that mined', { references: 'run' }),
    column('content_hash', 'text', 'SHA-256 over parameters, trades and version of the mining, hex'),
    column('version', 'count', 'of the mining'),
    column('strategies', 'text', 'name@version, joined by ;'),
    filter('symbol', 'text', 'only this symbol'),
    filter('interval', 'text', 'only this interval'),
    filter('side', 'text', 'BUY or SELL'),
    filter('from_time', 'time', 'predicting_at from'),
    filter('to_time', 'time', 'predicting_at before'),
    column('min_support', 'number', 'fraction'),
    column('max_length', 'count', 'items a structure'),
    column('min_confidence', 'number', 'fraction'),
    column('trades', 'count', 'confirmed trades'),
    column('wins', 'count', 'of them WIN'),
    column('in_sample_trades', 'count', 'the first seven tenths, in trade order'),
    column('in_sample_wins', 'count', 'of them WIN'),
    column('first_predicting_at', 'time', 'of the trades'),
    column('last_confirmed_at', 'time', 'of the trades'),
    column('constant_items', 'text', 'items of every trade, left out; joined by ;'),
  ],
};
