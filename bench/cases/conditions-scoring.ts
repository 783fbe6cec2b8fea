import type { BenchCase } from '../case.js';
import { head } from '../corpus.js';
import { kernelKlines } from '../kernel-klines.js';
import { metricCount, runStrategies, type StrategyInput, strategyInput } from '../strategy-input.js';
import { checkPredictions, type StrategyTwin, strategyTwins, twinPrediction } from '../strategy-twin.js';

interface ScoringInput extends StrategyInput {
  readonly twins: readonly StrategyTwin[];
}

/** Bars that the naive twin is timed on. */
const TWIN_BARS = 5_000;
/** A chunk of the pool: columns that the memory of the kernels has room for, as the pipeline's have. */
const CHUNK_BARS = 32_768;

export const conditionsScoring: BenchCase<ScoringInput> = {
  name: 'conditions-scoring',
  group: 'strategy',
  title:
    'Every condition of both shipped strategies and their predictions, a chunk of BTCUSDT 15m, indicators ready, one thread; in blocks ' +
    `of the pipeline; unit = one metric of one bar; the naive twin over the first ${TWIN_BARS.toLocaleString('en-US')} bars.`,
  bars: [{ amount: 'nsPerUnit', unit: 'metric and bar', atMost: 3 }],
  sizes: ({ isQuick }) => [
    isQuick ? { label: '10k bars', bars: 10_000 } : { label: '32k bars', bars: CHUNK_BARS },
  ],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 2 : 7, roundMs: 150, warmUp: 2 }),
  load: async ({ bars }, context) => {
    const input = strategyInput(head(await kernelKlines(context), bars));
    return { ...input, twins: strategyTwins(input) };
  },
  work: (input) => ({ bars: input.rows, units: input.rows * metricCount(input) }),
  check: (input) => {
    runStrategies(input);
    return checkPredictions(input, input.twins);
  },
  run: { name: 'klinemill', run: runStrategies },
  reference: [
    {
      name: 'naive twin',
      work: (input) => ({ bars: TWIN_BARS, units: TWIN_BARS * metricCount(input) }),
      run: ({ twins }) => {
        for (const twin of twins) for (let t = 0; t < TWIN_BARS; t++) twinPrediction(twin, t);
      },
    },
  ],
};
