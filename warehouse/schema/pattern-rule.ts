// Grain: run_id, rule_id (one row a rule of a mining run).
import { column, type TableSpec } from './table.js';

const edge = (name: string, kind: 'number' | 'count' | 'flag', comment: string) =>
  column(name, kind, `${comment}; NULL: undefined, or no edge rule`, { nullable: true });

export const PATTERN_RULE: TableSpec = {
  name: 'pattern_rule',
  comment: 'association rules inside WIN trades, and edge rules structure -> WIN (SPEC 8)',
  grain: ['run_id', 'rule_id'],
  isKeyed: false,
  columns: [
    column('run_id', 'count', 'mining run', { references: 'mining_run' }),
    column('rule_id', 'count', 'from 1, in the order of `mine`'),
    column('kind', 'text', 'ASSOCIATION (of the WIN trades), EDGE (of the trades in sample)'),
    column('antecedent', 'text', 'items, joined by ;'),
    column('consequent', 'text', 'an item; WIN of an edge rule'),
    column('trade_count', 'count', 'trades that have all items; of an edge rule those in sample'),
    column('support', 'number', 'fraction of the trades'),
    column('confidence', 'number', 'P(consequent | antecedent); of an edge rule its win rate'),
    column('lift', 'number', 'confidence / P(consequent)', { nullable: true }),
    edge('wins', 'count', 'WIN trades in sample'),
    edge('avg_pnl_pct', 'number', 'mean in sample, percent'),
    edge('z_score', 'number', 'wins against the win rates of the groups'),
    edge('p_value', 'number', 'by rotation'),
    edge('p_adjusted', 'number', 'by rotation, over all structures'),
    edge('fisher_p', 'number', "naive: Fisher's exact test, one-sided"),
    edge('fisher_q', 'number', 'naive: Benjamini and Hochberg'),
    edge('out_trade_count', 'count', 'trades out of sample'),
    edge('out_wins', 'count', 'WIN trades out of sample'),
    edge('out_support', 'number', 'fraction out of sample'),
    edge('out_win_rate', 'number', 'fraction out of sample'),
    edge('out_lift', 'number', 'out of sample'),
    edge('out_avg_pnl_pct', 'number', 'mean out of sample, percent'),
    edge('is_edge', 'flag', 'holds in both samples and is significant'),
  ],
};
