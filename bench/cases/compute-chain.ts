import type { BenchCase } from '../case.js';
import { SERIES } from '../corpus.js';
import type { Series } from '../klines.js';
import { runJob } from '../run-job.js';

interface ChainInput {
  readonly halves: readonly (readonly Series[])[];
  readonly repeats: number;
  readonly bars: number;
}

export const computeChain: BenchCase<ChainInput> = {
  name: 'compute-chain',
  group: 'pipeline',
  title:
    'Indicators, metrics, predictions and confirmations of whole partitions on one thread, nothing written: 45 codes, both shipped ' +
    'strategies, chunk by chunk as a worker does; code warmed up, a process of its own per sample; unit = one bar.',
  bars: [{ amount: 'unitsPerSecond', unit: 'bars on one thread', atLeast: 1_500_000 }],
  sizes: ({ isQuick }) => [{ label: isQuick ? 'BTC, ETH 1h' : 'BTC, ETH 15m, 4 times', bars: 0 }],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 9, roundMs: 0, warmUp: 0 }),
  load: async (_, { isQuick }) => {
    const halves = isQuick ? [[SERIES.btc1h], [SERIES.eth1h]] : [[SERIES.btc15m], [SERIES.eth15m]];
    const repeats = isQuick ? 1 : 4;
    return { halves, repeats, bars: repeats * halves.flat().reduce((sum, { rows }) => sum + rows, 0) };
  },
  work: ({ bars }) => ({ bars, units: bars }),
  check: async ({ halves, repeats, bars }) => {
    const args = { halves, repeats: 1, isHashed: true };
    const ours = (await runJob('computeOne', args)).result;
    const pool = (await runJob('computePool', args)).result;
    if (ours.bars * repeats !== bars)
      throw new Error(`compute-chain: ${ours.bars * repeats} bars instead of ${bars}`);
    if ([...ours.digests].sort().join() !== pool.digests.join())
      throw new Error(`compute-chain: facts differ: ${ours.digests.join()} and ${pool.digests.join()}`);
    const twins = (await runJob('checkComputed', { series: halves[0]![0]! })).result;
    return `the SHA-256 of the facts of ${ours.digests.length} partitions is that of the pool of two threads; ${twins}`;
  },
  run: {
    name: 'one thread',
    run: async ({ halves, repeats }) => {
      const { result, peakBytes } = await runJob('computeOne', { halves, repeats, isHashed: false });
      return { elapsedMs: result.elapsedMs, peakBytes };
    },
  },
  reference: [],
};
