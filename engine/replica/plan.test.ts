import { describe, expect, it } from 'vitest';
import { GRAIN_QUERIES, PARTITION_TABLES } from '../../warehouse/index.js';
import { type LedgerTask, planSync, type SyncInput } from './plan.js';
import { DIMENSION_TABLES, LEDGER_TABLES, PATTERN_TABLES } from './tables.js';

const NONE: SyncInput = { tasks: [], changes: [], known: new Set(['1|7']), rejects: new Set() };
const change = { seq: 5, runId: 2, symbolId: 1, intervalId: 7, fromTime: 100, toTime: 200, bars: 3 };
const task = (over: Partial<LedgerTask>): LedgerTask => ({
  taskId: 1,
  stage: 'indicators',
  strategyId: null,
  symbolId: 1,
  intervalId: 7,
  fromTime: 100,
  ...over,
});

describe('plan of a synchronisation', () => {
  it('is empty when the ledgers are the same', () => {
    expect(planSync(NONE)).toEqual([]);
  });

  it('takes klines from changes and facts from tasks, each from its first bar on', () => {
    const tasks = [
      task({ taskId: 1, stage: 'load', fromTime: 1 }),
      task({ taskId: 2, fromTime: 150 }),
      task({ taskId: 3, fromTime: 120 }),
      task({ taskId: 4, stage: 'strategy', strategyId: 9, fromTime: 150 }),
    ];
    const changes = [change, { ...change, seq: 6, runId: 3, fromTime: 50, toTime: 60 }];
    expect(planSync({ ...NONE, tasks, changes })).toEqual([
      {
        symbolId: 1,
        intervalId: 7,
        isWhole: false,
        klines: { from: 50, to: 200 },
        indicators: 120,
        strategies: new Map([[9, { predictions: 150, results: 150 }]]),
        rejects: false,
        revisionRuns: new Set([2, 3]),
        taskIds: [1, 2, 3, 4],
        seqs: [5, 6],
      },
    ]);
  });

  it('takes results alone from a refinement', () => {
    const refine = task({ stage: 'refine', strategyId: 9, fromTime: 80 });
    const [alone] = planSync({ ...NONE, tasks: [refine] });
    expect(alone).toMatchObject({ klines: null, indicators: null });
    expect(alone!.strategies).toEqual(new Map([[9, { predictions: null, results: 80 }]]));
    const both = [refine, task({ stage: 'strategy', strategyId: 9, fromTime: 120 })];
    for (const tasks of [both, both.toReversed()])
      expect(planSync({ ...NONE, tasks })[0]!.strategies).toEqual(
        new Map([[9, { predictions: 120, results: 80 }]]),
      );
  });

  it('takes all of a partition that the target lacks or that was forgotten', () => {
    const other = { ...change, symbolId: 2 };
    const plan = planSync({ ...NONE, changes: [other, { ...change, bars: 0 }] });
    expect(plan.map(({ symbolId, isWhole }) => [symbolId, isWhole])).toEqual([
      [1, true],
      [2, true],
    ]);
  });

  it('takes rejects where their number differs, ledger or not', () => {
    const [sync] = planSync({ ...NONE, rejects: new Set(['1|7']) });
    expect(sync).toMatchObject({ isWhole: false, rejects: true, klines: null });
  });
});

it('every table is copied, or made by migrate in every warehouse', () => {
  const made = ['dim_interval', 'dim_indicator_type', 'schema_version'];
  // Whoever streams into a copy reads the topic from its beginning: bars that stand are skipped. Marks are of connections.
  const left = ['stream_offset', 'commit_mark'];
  const copied = [...DIMENSION_TABLES, ...LEDGER_TABLES, ...PARTITION_TABLES, ...PATTERN_TABLES];
  expect([...made, ...left, ...copied].sort()).toEqual(Object.keys(GRAIN_QUERIES).sort());
});
