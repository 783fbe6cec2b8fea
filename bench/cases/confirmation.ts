import { naiveResult } from '../../test/reference/confirm.js';
import type { BenchCase } from '../case.js';
import { checkConfirmations, runConfirmations, type TwinTrade, twinTrades } from '../confirm-twin.js';
import { head, SERIES } from '../corpus.js';
import { kernelKlines } from '../kernel-klines.js';
import { runStrategies, type StrategyInput, strategyInput } from '../strategy-input.js';

interface ConfirmationInput extends StrategyInput {
  readonly trades: readonly TwinTrade[];
  readonly visits: number;
}

export const confirmation: BenchCase<ConfirmationInput> = {
  name: 'confirmation',
  group: 'strategy',
  title:
    'The trades of both shipped strategies walked to their results, BTCUSDT 15m, predictions ready, one thread, in blocks of the ' +
    'pipeline; unit = one bar of one open trade, as the naive twin counts them; rows = trades.',
  bars: [{ amount: 'unitsPerSecond', unit: 'bar visits', atLeast: 60_000_000 }],
  sizes: ({ isQuick }) => [
    isQuick ? { label: '20k bars', bars: 20_000 } : { label: 'whole', bars: SERIES.btc15m.rows },
  ],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 2 : 7, roundMs: 150, warmUp: 2 }),
  load: async ({ bars }, context) => {
    const input = strategyInput(head(await kernelKlines(context), bars));
    runStrategies(input);
    const trades = twinTrades(input);
    return { ...input, trades, visits: trades.reduce((sum, { visits }) => sum + visits, 0) };
  },
  work: ({ rows, trades, visits }) => ({ bars: rows, rows: trades.length, units: visits }),
  check: (input) => checkConfirmations(input, input.trades),
  run: {
    name: 'klinemill',
    run: (input) => {
      let last = 0;
      runConfirmations(input, (_, { exitPrice }) => {
        last = exitPrice;
      });
      // Read once, so that no compiler may drop the results.
      if (Number.isNaN(last)) throw new Error('confirmation: a result without a price');
    },
  },
  reference: [
    {
      name: 'naive twin',
      run: ({ trades }) => {
        for (const { trade, bars } of trades) naiveResult(trade, bars);
      },
    },
  ],
};
