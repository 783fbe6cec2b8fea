import { OpenAPIHono } from '@hono/zod-openapi';
import {
  type AssociationPattern,
  type EdgePattern,
  type MiningRun,
  type PatternRule,
  readMiningRuns,
  readPatternItemsets,
  readPatternRules,
} from '../../warehouse/index.js';
import * as routes from '../api/mining.js';
import { answerDocument } from '../http/answer.js';
import { answerRows } from '../http/list.js';
import { onInvalid } from '../http/on-invalid.js';
import { ProblemError } from '../http/problem-error.js';
import type { Services } from '../http/services.js';

const isEdgeRule = (rule: PatternRule): rule is EdgePattern => rule.kind === 'EDGE';
const isAssociation = (rule: PatternRule): rule is AssociationPattern => rule.kind === 'ASSOCIATION';

function runRow(run: MiningRun) {
  return {
    run_id: run.runId,
    content_hash: run.contentHash,
    version: run.version,
    strategies: run.strategies.join(';'),
    symbol: run.symbol,
    interval: run.interval,
    side: run.side,
    from: run.from,
    to: run.to,
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

function edgeRow(rule: EdgePattern, n: number) {
  const { inSample, outOfSample } = rule;
  return {
    n,
    items: rule.items.join(';'),
    is_edge: rule.isEdge,
    in_count: inSample.count,
    in_wins: inSample.wins,
    in_support: inSample.support,
    in_win_rate: inSample.winRate,
    in_lift: inSample.lift,
    in_avg_pnl_pct: inSample.avgPnlPct,
    z: rule.z,
    p_value: rule.pValue,
    p_adjusted: rule.pAdjusted,
    fisher_p: rule.fisherP,
    fisher_q: rule.fisherQ,
    out_count: outOfSample.count,
    out_wins: outOfSample.wins,
    out_support: outOfSample.support,
    out_win_rate: outOfSample.winRate,
    out_lift: outOfSample.lift,
    out_avg_pnl_pct: outOfSample.avgPnlPct,
  };
}

/** Stored patterns. */
export function miningHandlers(services: Services) {
  const { warehouse } = services.deps;
  const runOf = async (runId: number): Promise<MiningRun> => {
    const run = (await readMiningRuns(warehouse)).find((candidate) => candidate.runId === runId);
    if (run === undefined) throw new ProblemError('not-found', `there is no mining run ${runId}`);
    return run;
  };
  return new OpenAPIHono({ defaultHook: onInvalid })
    .openapi(routes.miningRuns, (c) =>
      answerRows(c, services, routes.miningRuns, c.req.valid('query'), ['run_id'], async () =>
        (await readMiningRuns(warehouse)).map(runRow).sort((a, b) => a.run_id - b.run_id),
      ),
    )
    .openapi(routes.miningRun, (c) =>
      answerDocument(c, services, async () => {
        const run = await runOf(c.req.valid('param').run_id!);
        const rules = await readPatternRules(warehouse, run.runId);
        const edgeRules = rules.filter(isEdgeRule);
        return {
          ...runRow(run),
          itemsets: (await readPatternItemsets(warehouse, run.runId)).length,
          rules: rules.length - edgeRules.length,
          edge_rules: edgeRules.length,
          edges: edgeRules.filter(({ isEdge }) => isEdge).length,
        };
      }),
    )
    .openapi(routes.patterns, (c) =>
      answerRows(c, services, routes.patterns, c.req.valid('query'), ['n'], async () => {
        const { runId } = await runOf(c.req.valid('param').run_id!);
        const itemsets = await readPatternItemsets(warehouse, runId);
        return itemsets.map(({ items, count, support }, i) => ({
          n: i + 1,
          items: items.join(';'),
          count,
          support,
        }));
      }),
    )
    .openapi(routes.rules, (c) =>
      answerRows(c, services, routes.rules, c.req.valid('query'), ['n'], async () => {
        const { runId } = await runOf(c.req.valid('param').run_id!);
        const rules = (await readPatternRules(warehouse, runId)).filter(isAssociation);
        return rules.map(({ kind: _kind, antecedent, ...rule }, i) => ({
          ...rule,
          n: i + 1,
          antecedent: antecedent.join(';'),
        }));
      }),
    )
    .openapi(routes.edgeRules, (c) =>
      answerRows(c, services, routes.edgeRules, c.req.valid('query'), ['n'], async () => {
        const { runId } = await runOf(c.req.valid('param').run_id!);
        return (await readPatternRules(warehouse, runId))
          .filter(isEdgeRule)
          .map((rule, i) => edgeRow(rule, i + 1));
      }),
    );
}
