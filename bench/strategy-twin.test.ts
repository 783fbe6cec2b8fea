import { beforeAll, describe, expect, it } from 'vitest';
import { checkConfirmations, type TwinTrade, twinTrades } from './confirm-twin.js';
import { walk } from './corpus-walk.js';
import { metricCount, runStrategies, type StrategyInput, strategyInput } from './strategy-input.js';
import { checkPredictions, type StrategyTwin, strategyTwins } from './strategy-twin.js';

const MINUTE = 60_000;
let input: StrategyInput;
let twins: StrategyTwin[];
let trades: TwinTrade[];

beforeAll(() => {
  const klines = walk({ symbol: 'WALKUSDT', interval: '15m', durationMs: 15 * MINUTE, rows: 3000 });
  // An hour is missing, so that windows with a gap are compared too.
  for (let t = 1500; t < klines.rows; t++)
    for (const column of [0, 6]) klines.columns[column]![t]! += 60 * MINUTE;
  input = strategyInput(klines);
  runStrategies(input);
  twins = strategyTwins(input);
  trades = twinTrades(input);
});

describe('what conditions-scoring and confirmation compare', () => {
  it('finds the shipped strategies equal to the naive twins, and something to compare', () => {
    expect(checkPredictions(input, twins)).toContain('2 strategies, 3,000 bars');
    expect(checkConfirmations(input, trades)).toContain(`${trades.length.toLocaleString('en-US')} trades`);
    expect(trades.length).toBeGreaterThan(100);
    // 10 metrics of btc-2h and 19 of trend-momentum stand in warehouse/seed/strategies.
    expect(metricCount(input)).toBe(29);
  });

  it('counts a visit for every bar that a trade is open at', () => {
    for (const { trade, bars, outcome, visits } of trades) {
      if (typeof outcome === 'string') continue;
      // The signal's own bar is first and is not visited.
      expect(bars[visits]!.closeTime).toBe(outcome.confirmedAt);
      expect(bars[0]!.closeTime).toBe(trade.predictingAt);
    }
  });

  it.each(['buyScore', 'knownMask', 'action', 'metricVolume'] as const)('sees another %s', (column) => {
    const values = input.runs[1]!.scores[column];
    const before = values[1000]!;
    values[1000] = before + 1;
    expect(() => checkPredictions(input, twins)).toThrow('the naive twin has');
    values[1000] = before;
  });

  it('sees a result that is off, and one that the twin has not', () => {
    const decided = trades.findIndex(({ outcome }) => typeof outcome !== 'string');
    const { outcome, ...rest } = trades[decided]!;
    const off = { ...rest, outcome: { ...(outcome as object), pnlPct: 0.123 } } as TwinTrade;
    expect(() => checkConfirmations(input, trades.with(decided, off))).toThrow('pnlPct');
    expect(() => checkConfirmations(input, trades.toSpliced(decided, 1))).toThrow('results');
  });
});
