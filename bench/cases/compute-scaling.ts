import type { BenchCase, Sample } from '../case.js';
import { SERIES } from '../corpus.js';
import type { Series } from '../klines.js';
import { runJob } from '../run-job.js';

interface ScalingInput {
  readonly halves: readonly (readonly Series[])[];
  readonly repeats: number;
  readonly bars: number;
}

const COPIES = 'two independent copies';
const REPEATS = 8;
const FULL = [
  [SERIES.btc15m, SERIES.btc1h],
  [SERIES.eth15m, SERIES.eth1h],
];
const QUICK = [[SERIES.btc1h], [SERIES.eth1h]];

export const computeScaling: BenchCase<ScalingInput> = {
  name: 'compute-scaling',
  group: 'pipeline',
  title:
    'Indicators, metrics, predictions and confirmations of whole partitions, nothing written: chunks through the pool of ' +
    'two threads against two threads that each run the same loop over half of the partitions; code warmed up in both.',
  bars: [{ ratio: 'speed', against: COPIES, atLeast: 0.93 }],
  sizes: ({ isQuick }) => [
    { label: isQuick ? 'BTC, ETH 1h' : `BTC, ETH 15m, 1h, ${REPEATS} times`, bars: 0 },
  ],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 21, roundMs: 0, warmUp: 0 }),
  load: async (_, { isQuick }) => {
    const halves = isQuick ? QUICK : FULL;
    const repeats = isQuick ? 1 : REPEATS;
    return { halves, repeats, bars: repeats * halves.flat().reduce((sum, { rows }) => sum + rows, 0) };
  },
  work: ({ bars }) => ({ bars }),
  check: async ({ halves, repeats, bars }) => {
    const args = { halves, repeats: 1, isHashed: true };
    const ours = (await runJob('computePool', args)).result;
    const theirs = (await runJob('computeCopies', args)).result;
    if (ours.bars * repeats !== bars)
      throw new Error(`compute-scaling: ${ours.bars * repeats} bars instead of ${bars}`);
    if (ours.digests.join() !== theirs.digests.join())
      throw new Error(`compute-scaling: facts differ: ${ours.digests.join()} and ${theirs.digests.join()}`);
    const twins = (await runJob('checkComputed', { series: halves[0]![0]! })).result;
    return `the SHA-256 of the facts of ${ours.digests.length} partitions is the same; ${twins}`;
  },
  run: { name: 'pool of two threads', run: (input) => compute('computePool', input) },
  reference: [{ name: COPIES, run: (input) => compute('computeCopies', input) }],
};

async function compute(
  job: 'computePool' | 'computeCopies',
  { halves, repeats }: ScalingInput,
): Promise<Sample> {
  const { result, peakBytes } = await runJob(job, { halves, repeats, isHashed: false });
  return { elapsedMs: result.elapsedMs, peakBytes };
}
