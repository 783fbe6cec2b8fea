import type { z } from 'zod';
import type { MineReport } from '../engine/index.js';
import type { EdgePattern, EdgeSample } from '../warehouse/index.js';
import { counted, fixed, percent, time, whole } from './format.js';
import type { MINE_OUTPUT } from './schemas/mine.js';
import { table } from './table.js';

type Document = z.input<typeof MINE_OUTPUT>;

/** The whole of a mining run as plain data. */
export function mineDocument(warehouse: string, { run, isNew, patterns }: MineReport): Document {
  const edgeRules = Array.from(patterns.edges(), edgeRule);
  return {
    warehouse,
    run_id: run.runId,
    is_new: isNew,
    content_hash: run.contentHash,
    strategies: [...run.strategies],
    symbol: run.symbol,
    interval: run.interval,
    side: run.side,
    from: run.from,
    to: run.to,
    min_support: run.minSupport,
    max_length: run.maxLength,
    min_confidence: run.minConfidence,
    first_predicting_at: run.firstPredictingAt,
    last_confirmed_at: run.lastConfirmedAt,
    trades: run.trades,
    wins: run.wins,
    in_sample_trades: run.inSampleTrades,
    in_sample_wins: run.inSampleWins,
    constant_items: [...run.constantItems],
    edges: edgeRules.filter((rule) => rule.is_edge).length,
    frequent_structures: Array.from(patterns.itemsets(), ({ items, count, support }) => ({
      items: [...items],
      count,
      support,
    })),
    rules: Array.from(
      patterns.associations(),
      ({ antecedent, consequent, count, support, confidence, lift }) => ({
        antecedent: [...antecedent],
        consequent,
        count,
        support,
        confidence,
        lift,
      }),
    ),
    edge_rules: edgeRules,
  };
}

function edgeRule(rule: EdgePattern): Document['edge_rules'][number] {
  return {
    items: [...rule.items],
    count: rule.inSample.count + rule.outOfSample.count,
    is_edge: rule.isEdge,
    in_sample: {
      ...sampleOf(rule.inSample),
      z: rule.z,
      p_value: rule.pValue,
      p_adjusted: rule.pAdjusted,
      fisher_p: rule.fisherP,
      fisher_q: rule.fisherQ,
    },
    out_of_sample: sampleOf(rule.outOfSample),
    null_reasons: nullReasons(rule),
  };
}

function sampleOf({ count, wins, support, winRate, lift, avgPnlPct }: EdgeSample) {
  return { count, wins, support, win_rate: winRate, lift, avg_pnl_pct: avgPnlPct };
}

function nullReasons({ z, inSample, outOfSample }: EdgePattern): Record<string, string> {
  const reasons: Record<string, string> = {};
  if (z === null)
    for (const figure of ['z', 'p_value', 'p_adjusted'])
      reasons[`in_sample.${figure}`] = 'no group of these trades has both WIN and LOSS';
  if (inSample.lift === null) reasons['in_sample.lift'] = 'no WIN in sample';
  const { support, winRate, lift } = outOfSample;
  if (support === null) reasons['out_of_sample.support'] = 'no trade out of sample';
  if (winRate === null)
    for (const figure of ['win_rate', 'avg_pnl_pct'])
      reasons[`out_of_sample.${figure}`] = 'no such trade out of sample';
  if (lift === null)
    reasons['out_of_sample.lift'] = winRate === null ? 'no such trade out of sample' : 'no WIN out of sample';
  return reasons;
}

/** What was found, the first `top` lines of each kind. */
export function mineText({ run, isNew, patterns }: MineReport, top: number): string {
  const head = [
    `${run.strategies.join(', ')}: ${counted(run.trades, 'confirmed trade')}, ${whole(run.wins)} won, ` +
      `${time(run.firstPredictingAt + 1)} to ${time(run.lastConfirmedAt + 1)} UTC`,
    `in sample ${whole(run.inSampleTrades)} trades, ${percent(run.inSampleWins / run.inSampleTrades)} won; ` +
      `out of sample ${whole(run.trades - run.inSampleTrades)}, ${percent(outOfSampleRate(run))} won`,
    `stored as run ${run.runId}${isNew ? '' : ' before'}: select from pattern_itemset and pattern_rule`,
  ];
  if (run.constantItems.length > 0) head.push(`in every trade, left out: ${run.constantItems.join(', ')}`);
  return [
    head.join('\n'),
    section('edge rules: structure -> WIN', patterns.edgeRuleCount, edgeTable(patterns.edges(), top)),
    section('association rules in the trades that won', patterns.associationCount, ruleTable(patterns, top)),
    section('frequent structures of the trades that won', patterns.itemsetCount, itemsetTable(patterns, top)),
  ].join('\n\n');
}

function outOfSampleRate(run: MineReport['run']): number {
  return (run.wins - run.inSampleWins) / (run.trades - run.inSampleTrades);
}

const section = (title: string, count: number, text: string): string => `${title} (${whole(count)})\n${text}`;

function first<T>(values: Iterable<T>, top: number): T[] {
  const taken: T[] = [];
  for (const value of values) {
    if (taken.length === top) break;
    taken.push(value);
  }
  return taken;
}

function edgeTable(rules: Iterable<EdgePattern>, top: number): string {
  const columns = [
    { head: 'edge', left: true },
    { head: 'structure', left: true },
    { head: 'trades' },
    { head: 'win rate' },
    { head: 'lift' },
    { head: 'pnl %' },
    { head: 'z' },
    { head: 'p adjusted' },
    { head: 'later trades' },
    { head: 'win rate' },
    { head: 'lift' },
    { head: 'pnl %' },
  ];
  const figures = ({ count, winRate, lift, avgPnlPct }: EdgeSample) => [
    [whole(count), percent(winRate), fixed(lift, 2)],
    [fixed(avgPnlPct, 3)],
  ];
  const rows = first(rules, top).map((rule) => [
    rule.isEdge ? 'yes' : 'no',
    rule.items.join(' + '),
    ...figures(rule.inSample).flat(),
    fixed(rule.z, 2),
    fixed(rule.pAdjusted, 3),
    ...figures(rule.outOfSample).flat(),
  ]);
  return table(columns, rows);
}

function ruleTable({ associations }: MineReport['patterns'], top: number): string {
  const columns = [
    { head: 'rule', left: true },
    { head: 'trades' },
    { head: 'support' },
    { head: 'confidence' },
    { head: 'lift' },
  ];
  const rows = first(associations(), top).map((rule) => [
    `${rule.antecedent.join(' + ')} -> ${rule.consequent}`,
    whole(rule.count),
    percent(rule.support),
    percent(rule.confidence),
    fixed(rule.lift, 2),
  ]);
  return table(columns, rows);
}

function itemsetTable({ itemsets }: MineReport['patterns'], top: number): string {
  const columns = [{ head: 'structure', left: true }, { head: 'trades' }, { head: 'support' }];
  const rows = first(itemsets(), top).map(({ items, count, support }) => [
    items.join(' + '),
    whole(count),
    percent(support),
  ]);
  return table(columns, rows);
}
