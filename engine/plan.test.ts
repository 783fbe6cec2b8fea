import { describe, expect, it } from 'vitest';
import { strategyRecord } from '../test/support/strategies.js';
import type { Head, KlineChange, PartitionState } from '../warehouse/index.js';
import { type PlanInput, planRecompute } from './plan.js';
import { currentVersions, strategyVersions } from './versions.js';

// Every case is derived by hand from SPEC 9: what descends from a change is stale, and nothing else.

const versions = currentVersions();
const allCodes = Object.keys(versions.codes);
const HOUR = 3_600_000;

const btc1h: PartitionState = {
  symbol: 'BTCUSDT',
  interval: '1h',
  rows: 5_000,
  firstCloseTime: HOUR - 1,
  lastCloseTime: 5_000 * HOUR - 1,
};
const btc15m: PartitionState = { ...btc1h, interval: '15m', rows: 2_000, lastCloseTime: 500 * HOUR - 1 };
const rsi = strategyRecord({ strategyId: 7, indicator: 'RSI14' });
const cmf = strategyRecord({ strategyId: 8, strategy: 'flow', indicator: 'CMF20' });

function change(partition: PartitionState, seq: number, fromTime: number, toTime: number): KlineChange {
  return {
    symbol: partition.symbol,
    interval: partition.interval,
    seq,
    runId: 1,
    fromTime,
    toTime,
    added: 1,
    revised: 0,
  };
}

function head(partition: PartitionState, strategyId: number | null, seq: number): Head {
  const record = [rsi, cmf].find((candidate) => candidate.strategyId === strategyId);
  return {
    symbol: partition.symbol,
    interval: partition.interval,
    strategyId,
    seq,
    finerSeq: seq,
    rows: partition.rows,
    lastCloseTime: partition.lastCloseTime,
    versions: record === undefined ? versions.codes : strategyVersions(record.document, versions),
    runId: 1,
  };
}

const fresh: PlanInput = {
  partitions: [btc1h],
  changes: [change(btc1h, 1, btc1h.firstCloseTime, btc1h.lastCloseTime)],
  heads: [head(btc1h, null, 1), head(btc1h, 7, 1), head(btc1h, 8, 1)],
  strategies: [rsi, cmf],
  versions,
};

describe('planRecompute', () => {
  it('finds nothing when every head has seen every change', () => {
    expect(planRecompute(fresh)).toEqual([]);
  });

  it('computes a new partition from its first bar in one pass', () => {
    const [plan, ...rest] = planRecompute({ ...fresh, heads: [] });
    expect(rest).toEqual([]);
    expect(plan!.passes).toEqual([
      { from: null, codes: allCodes, strategies: [rsi, cmf], reason: 'never computed' },
    ]);
  });

  it('starts at the first new bar', () => {
    const from = btc1h.lastCloseTime + HOUR;
    const changes = [...fresh.changes, change(btc1h, 2, from, from + 9 * HOUR)];
    const [plan] = planRecompute({ ...fresh, changes });
    expect(plan!.passes).toEqual([{ from, codes: allCodes, strategies: [rsi, cmf], reason: 'new bars' }]);
  });

  it('starts at the earliest changed bar and ignores changes that the head has seen', () => {
    const changes = [
      ...fresh.changes,
      change(btc1h, 2, 900 * HOUR - 1, 900 * HOUR - 1),
      change(btc1h, 3, 800 * HOUR - 1, 950 * HOUR - 1),
    ];
    const [plan] = planRecompute({ ...fresh, changes });
    expect(plan!.passes).toEqual([
      { from: 800 * HOUR - 1, codes: allCodes, strategies: [rsi, cmf], reason: 'changed bars' },
    ]);
  });

  it('computes a new strategy version alone, without writing indicators', () => {
    const next = strategyRecord({ strategyId: 9, version: 2, indicator: 'RSI14' });
    const strategies = [{ ...rsi, isNewest: false }, next, cmf];
    const [plan] = planRecompute({ ...fresh, strategies });
    expect(plan!.passes).toEqual([{ from: null, codes: [], strategies: [next], reason: 'never computed' }]);
  });

  it('leaves disabled strategies and partitions that a strategy does not name alone', () => {
    const disabled = { ...strategyRecord({ strategyId: 9 }), isEnabled: false };
    const elsewhere = strategyRecord({ strategyId: 10, symbols: ['ETHUSDT'] });
    const impatient = strategyRecord({ strategyId: 11, lookahead: '30m' });
    expect(planRecompute({ ...fresh, strategies: [rsi, cmf, disabled, elsewhere, impatient] })).toEqual([]);
  });

  it('recomputes exactly what descends from a raised kernel version', () => {
    const raised = {
      ...versions,
      codes: Object.fromEntries(
        Object.entries(versions.codes).map(([code, text]) => [code, text.replace('cmf@1', 'cmf@2')]),
      ),
    };
    const [plan] = planRecompute({ ...fresh, versions: raised });
    expect(plan!.passes).toEqual([
      { from: null, codes: ['CMF20'], strategies: [cmf], reason: 'kernel version' },
    ]);
  });

  it('takes the codes that read a raised code along', () => {
    const raised = {
      ...versions,
      codes: Object.fromEntries(
        Object.entries(versions.codes).map(([code, text]) => [code, text.replaceAll('rsi@1', 'rsi@2')]),
      ),
    };
    const [plan] = planRecompute({ ...fresh, versions: raised });
    expect(plan!.passes).toEqual([
      { from: null, codes: ['RSI14', 'STOCH_RSI14'], strategies: [rsi], reason: 'kernel version' },
    ]);
  });

  it('decides contested exits again when finer bars of the symbol come, and only then', () => {
    const changes = [...fresh.changes, change(btc15m, 2, 100 * HOUR, 120 * HOUR)];
    const heads = [...fresh.heads, head(btc15m, null, 2), head(btc15m, 7, 2), head(btc15m, 8, 2)];
    const [plan, ...rest] = planRecompute({ ...fresh, partitions: [btc1h, btc15m], changes, heads });
    expect(rest).toEqual([]);
    expect(plan!.partition).toBe(btc1h);
    expect(plan!.passes).toEqual([]);
    expect(plan!.refinements).toEqual([
      { strategy: rsi, changed: [changes[1]] },
      { strategy: cmf, changed: [changes[1]] },
    ]);
    const other = { ...changes[1]!, symbol: 'ETHUSDT' };
    expect(planRecompute({ ...fresh, changes: [...fresh.changes, other] })).toEqual([]);
  });

  it('computes everything that the filter leaves when forced', () => {
    const input = { ...fresh, partitions: [btc1h, btc15m], force: true };
    const plans = planRecompute({ ...input, filter: { interval: '1h', strategy: 'flow' } });
    expect(plans.map((plan) => plan.passes)).toEqual([
      [{ from: null, codes: allCodes, strategies: [cmf], reason: 'forced' }],
    ]);
  });

  it('puts big partitions first', () => {
    const plans = planRecompute({ ...fresh, partitions: [btc15m, btc1h], heads: [] });
    expect(plans.map((plan) => plan.partition.interval)).toEqual(['1h', '15m']);
  });
});
