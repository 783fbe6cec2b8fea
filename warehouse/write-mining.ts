import type { AssociationPattern, EdgePattern, MiningRun, PatternItemset, PatternRule } from './mining.js';
import type { TableRow, WriteSession } from './warehouse.js';

/** Rows that are held at a time. */
const BATCH = 10_000;

/** Writes a mining run and everything it found, in the session's transaction; ids count from 1 in the order given. */
export async function writeMining(
  session: WriteSession,
  run: MiningRun,
  itemsets: Iterable<PatternItemset>,
  rules: Iterable<PatternRule>,
): Promise<void> {
  await session.appendRows('mining_run', [runRow(run)]);
  await appendAll(session, 'pattern_itemset', itemsets, (itemset, id) => ({
    run_id: run.runId,
    itemset_id: id,
    items: itemset.items.join(';'),
    length: itemset.items.length,
    trade_count: itemset.count,
    support: itemset.support,
  }));
  await appendAll(session, 'pattern_rule', rules, (rule, id) => ({
    run_id: run.runId,
    rule_id: id,
    ...(rule.kind === 'EDGE' ? edgeCells(rule) : associationCells(rule)),
  }));
}

async function appendAll<T>(
  session: WriteSession,
  table: string,
  values: Iterable<T>,
  rowOf: (value: T, id: number) => TableRow,
): Promise<void> {
  let id = 0;
  let batch: TableRow[] = [];
  for (const value of values) {
    batch.push(rowOf(value, ++id));
    if (batch.length < BATCH) continue;
    await session.appendRows(table, batch);
    batch = [];
  }
  if (batch.length > 0) await session.appendRows(table, batch);
}

function runRow(run: MiningRun): TableRow {
  return {
    run_id: run.runId,
    content_hash: run.contentHash,
    version: run.version,
    strategies: run.strategies.join(';'),
    symbol: run.symbol,
    interval: run.interval,
    side: run.side,
    from_time: run.from,
    to_time: run.to,
    min_support: run.minSupport,
    max_length: run.maxLength,
    min_confidence: run.minConfidence,
    trades: run.trades,
    wins: run.wins,
    in_sample_trades: run.inSampleTrades,
    in_sample_wins: run.inSampleWins,
    first_predicting_at: run.firstPredictingAt,
    last_confirmed_at: run.lastConfirmedAt,
    constant_items: run.constantItems.join(';'),
  };
}

/** What association rules do not have. */
const NO_EDGE: TableRow = {
  wins: null,
  avg_pnl_pct: null,
  z_score: null,
  p_value: null,
  p_adjusted: null,
  fisher_p: null,
  fisher_q: null,
  out_trade_count: null,
  out_wins: null,
  out_support: null,
  out_win_rate: null,
  out_lift: null,
  out_avg_pnl_pct: null,
  is_edge: null,
};

function associationCells(rule: AssociationPattern): TableRow {
  const { kind, antecedent, consequent, count, support, confidence, lift } = rule;
  const cells = { kind, antecedent: antecedent.join(';'), consequent, support, confidence, lift };
  return { ...NO_EDGE, ...cells, trade_count: count };
}

function edgeCells(rule: EdgePattern): TableRow {
  const { kind, items, inSample, outOfSample } = rule;
  return {
    kind,
    antecedent: items.join(';'),
    consequent: 'WIN',
    trade_count: inSample.count,
    support: inSample.support,
    confidence: inSample.winRate,
    lift: inSample.lift,
    wins: inSample.wins,
    avg_pnl_pct: inSample.avgPnlPct,
    z_score: rule.z,
    p_value: rule.pValue,
    p_adjusted: rule.pAdjusted,
    fisher_p: rule.fisherP,
    fisher_q: rule.fisherQ,
    out_trade_count: outOfSample.count,
    out_wins: outOfSample.wins,
    out_support: outOfSample.support,
    out_win_rate: outOfSample.winRate,
    out_lift: outOfSample.lift,
    out_avg_pnl_pct: outOfSample.avgPnlPct,
    is_edge: rule.isEdge ? 1 : 0,
  };
}
