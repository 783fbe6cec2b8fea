import { describe, expect, it } from 'vitest';
import type { EdgePattern, MiningRun, PatternItemset, PatternRule } from '../mining.js';
import { readMiningRuns, readPatternItemsets, readPatternRules } from '../reads/mining.js';
import type { MakeWarehouse } from '../warehouse.case.js';
import { writeMining } from '../write-mining.js';
import { closeTime } from './samples.js';

const RUN: MiningRun = {
  runId: 7,
  contentHash: 'ab'.repeat(32),
  version: 1,
  strategies: ["it's@2", 'other@1'],
  symbol: null,
  interval: '1h',
  side: 'SELL',
  from: null,
  to: 1_700_000_000_000,
  minSupport: 0.02,
  maxLength: 4,
  minConfidence: 0.6,
  trades: 10,
  wins: 4,
  inSampleTrades: 7,
  inSampleWins: 3,
  firstPredictingAt: closeTime(0),
  lastConfirmedAt: closeTime(30),
  constantItems: ['ACTION_SELL', 'INTERVAL_1h'],
};

const ITEMSETS: PatternItemset[] = [
  { items: ['A'], count: 4, support: 1 },
  { items: ['A', 'B'], count: 3, support: 0.75 },
];

const EDGE: EdgePattern = {
  kind: 'EDGE',
  items: ['A', 'B'],
  inSample: { count: 5, wins: 3, support: 5 / 7, winRate: 0.6, lift: 1.4, avgPnlPct: 0.1 },
  outOfSample: { count: 2, wins: 1, support: 2 / 3, winRate: 0.5, lift: 1.5, avgPnlPct: -0.2 },
  z: 2.5,
  pValue: 0.001,
  pAdjusted: 0.04,
  fisherP: 1e-12,
  fisherQ: 3e-12,
  isEdge: true,
};

const RULES: PatternRule[] = [
  {
    kind: 'ASSOCIATION',
    antecedent: ['A'],
    consequent: 'B',
    count: 3,
    support: 0.75,
    confidence: 0.75,
    lift: 1,
  },
  EDGE,
  {
    ...EDGE,
    items: ['B'],
    outOfSample: { count: 0, wins: 0, support: 0, winRate: null, lift: null, avgPnlPct: null },
    z: null,
    pValue: null,
    pAdjusted: null,
    isEdge: false,
  },
];

export function miningCases(make: MakeWarehouse): void {
  describe('mining', () => {
    it('keeps runs and patterns as they were given', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      await writeMining(session, RUN, ITEMSETS, RULES);
      const other = { ...RUN, runId: 9, contentHash: 'cd', constantItems: [], from: 5, to: null, side: null };
      await writeMining(session, other, [], RULES.slice(0, 1));
      expect(await readMiningRuns(warehouse)).toEqual([]);
      await session.commit();
      expect(await readMiningRuns(warehouse)).toEqual([other, RUN]);
      expect(await readMiningRuns(warehouse, RUN.contentHash)).toEqual([RUN]);
      expect(await readMiningRuns(warehouse, 'ef')).toEqual([]);
      expect(await readPatternItemsets(warehouse, 7)).toEqual(ITEMSETS);
      expect(await readPatternRules(warehouse, 7)).toEqual(RULES);
      expect(await readPatternRules(warehouse, 9)).toEqual(RULES.slice(0, 1));
      await expect(readMiningRuns(warehouse, "' OR 1=1 --")).rejects.toThrow('not hexadecimal');
    });
  });
}
