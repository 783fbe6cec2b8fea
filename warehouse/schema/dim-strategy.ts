// Grain: strategy_id (one row a strategy version; strategy, version are unique).
import { column, type TableColumn, type TableSpec } from './table.js';

const tier = (side: string, strength: string): TableColumn[] => [
  column(`${side}_${strength}_tp_pct`, 'number', `target of a ${strength} ${side}, percent`),
  column(`${side}_${strength}_sl_pct`, 'number', `stop of a ${strength} ${side}, percent`),
  column(`${side}_${strength}_lookahead`, 'text', `patience of a ${strength} ${side}: 4h or N BAR`),
];

const known = (name: string, comment: string): TableColumn => column(name, 'number', comment);
const unknown = (name: string, comment: string): TableColumn =>
  column(name, 'number', comment, { nullable: true });

export const DIM_STRATEGY: TableSpec = {
  name: 'dim_strategy',
  comment: 'strategy versions; with dim_metric all of a strategy document',
  grain: ['strategy_id'],
  isKeyed: true,
  columns: [
    column('strategy_id', 'id', 'key'),
    column('strategy', 'text', 'name'),
    column('version', 'count', '1, 2, ... for each name'),
    column('description', 'text', 'from the document'),
    column('content_hash', 'text', 'SHA-256 of the canonical document, hex'),
    column('is_enabled', 'flag', '0: not computed any more; the same for all versions of a name'),
    column('imported_at', 'time', 'when it was imported'),
    column('symbols', 'text', 'joined by ;, empty: every symbol'),
    column('intervals', 'text', 'joined by ;, empty: every interval'),
    known('buy_threshold', 'score from which the action is BUY'),
    known('sell_threshold', 'score from which the action is SELL'),
    unknown('max_score', 'as in the document; NULL: derived'),
    known('max_score_resolved', 'max_score, or the larger sum of active weights of a side in position order'),
    known('min_edge', 'smallest tradable market_score'),
    known('strong_edge', 'market_score from which a trade is strong'),
    unknown('buy_confidence_min', 'band of a BUY; NULL: none'),
    unknown('buy_confidence_max', 'band of a BUY; NULL: none'),
    unknown('sell_confidence_min', 'band of a SELL; NULL: none'),
    unknown('sell_confidence_max', 'band of a SELL; NULL: none'),
    column('entry', 'text', 'next_open or close'),
    known('fee_bps', 'basis points a side'),
    known('slippage_bps', 'basis points a side'),
    ...tier('buy', 'weak'),
    ...tier('buy', 'strong'),
    ...tier('sell', 'weak'),
    ...tier('sell', 'strong'),
  ],
};
