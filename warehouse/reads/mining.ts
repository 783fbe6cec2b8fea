import type {
  AssociationPattern,
  EdgePattern,
  EdgeSample,
  MiningRun,
  PatternItemset,
  PatternRule,
} from '../mining.js';
import type { Warehouse } from '../warehouse.js';
import { readRows } from './rows.js';

type RunRow = Omit<MiningRun, 'strategies' | 'constantItems'> & { strategies: string; constantItems: string };

/** Stored mining runs, newest first. @param contentHash only those of this content: one at most */
export async function readMiningRuns(warehouse: Warehouse, contentHash?: string): Promise<MiningRun[]> {
  const where = contentHash === undefined ? '' : `WHERE content_hash = '${hex(contentHash)}'`;
  const runs = await readRows<RunRow>(
    warehouse,
    `SELECT run_id AS "runId", content_hash AS "contentHash", version, strategies, symbol, "interval", side,
       from_time AS "from", to_time AS "to", min_support AS "minSupport", max_length AS "maxLength",
       min_confidence AS "minConfidence", trades, wins, in_sample_trades AS "inSampleTrades",
       in_sample_wins AS "inSampleWins", first_predicting_at AS "firstPredictingAt",
       last_confirmed_at AS "lastConfirmedAt", constant_items AS "constantItems"
     FROM mining_run ${where} ORDER BY run_id DESC`,
  );
  return runs.map((run) => ({
    ...run,
    strategies: list(run.strategies),
    constantItems: list(run.constantItems),
  }));
}

/** Frequent structures of a mining run, as they were given. */
export async function readPatternItemsets(warehouse: Warehouse, runId: number): Promise<PatternItemset[]> {
  const rows = await readRows<{ items: string; count: number; support: number }>(
    warehouse,
    `SELECT items, trade_count AS "count", support FROM pattern_itemset
     WHERE run_id = ${whole(runId)} ORDER BY itemset_id`,
  );
  return rows.map((row) => ({ ...row, items: list(row.items) }));
}

type RuleRow = Omit<AssociationPattern, 'kind' | 'antecedent'> &
  Omit<EdgePattern, 'kind' | 'items' | 'isEdge' | 'inSample' | 'outOfSample'> & {
    readonly kind: 'ASSOCIATION' | 'EDGE';
    readonly antecedent: string;
    readonly wins: number;
    readonly avgPnlPct: number | null;
    readonly outCount: number;
    readonly outWins: number;
    readonly outSupport: number | null;
    readonly outWinRate: number | null;
    readonly outLift: number | null;
    readonly outAvgPnlPct: number | null;
    readonly isEdge: number;
  };

/** Rules of a mining run, as they were given. */
export async function readPatternRules(warehouse: Warehouse, runId: number): Promise<PatternRule[]> {
  const rows = await readRows<RuleRow>(
    warehouse,
    `SELECT kind, antecedent, consequent, trade_count AS "count", support, confidence, lift, wins,
       avg_pnl_pct AS "avgPnlPct", z_score AS z, p_value AS "pValue", p_adjusted AS "pAdjusted",
       fisher_p AS "fisherP", fisher_q AS "fisherQ", out_trade_count AS "outCount", out_wins AS "outWins",
       out_support AS "outSupport", out_win_rate AS "outWinRate", out_lift AS "outLift",
       out_avg_pnl_pct AS "outAvgPnlPct", is_edge AS "isEdge"
     FROM pattern_rule WHERE run_id = ${whole(runId)} ORDER BY rule_id`,
  );
  return rows.map((row) => (row.kind === 'EDGE' ? edge(row) : association(row)));
}

function association({
  antecedent,
  consequent,
  count,
  support,
  confidence,
  lift,
}: RuleRow): AssociationPattern {
  return { kind: 'ASSOCIATION', antecedent: list(antecedent), consequent, count, support, confidence, lift };
}

function edge(row: RuleRow): EdgePattern {
  const { count, wins, support, confidence, lift, avgPnlPct, z, pValue, pAdjusted, fisherP, fisherQ } = row;
  const outOfSample: EdgeSample = {
    count: row.outCount,
    wins: row.outWins,
    support: row.outSupport,
    winRate: row.outWinRate,
    lift: row.outLift,
    avgPnlPct: row.outAvgPnlPct,
  };
  return {
    kind: 'EDGE',
    items: list(row.antecedent),
    inSample: { count, wins, support, winRate: confidence, lift, avgPnlPct },
    outOfSample,
    z,
    pValue,
    pAdjusted,
    fisherP,
    fisherQ,
    isEdge: row.isEdge === 1,
  };
}

const list = (text: string): string[] => (text === '' ? [] : text.split(';'));

function hex(hash: string): string {
  if (!/^[0-9a-f]+$/.test(hash)) throw new Error(`mining: content hash '${hash}' is not hexadecimal`);
  return hash;
}

function whole(runId: number): number {
  if (!Number.isSafeInteger(runId)) throw new Error(`mining: run ${runId} is not a whole number`);
  return runId;
}
