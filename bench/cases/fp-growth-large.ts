import type { BenchCase } from '../case.js';
import type { GrowArgs } from '../jobs/fp-growth.js';
import { runJob } from '../run-job.js';

const LARGE = 100_000;
const SIZE = 20;
const ITEMS = 60;
const MIN_SUPPORT = 0.01;

interface LargeInput {
  readonly args: GrowArgs;
  found: number;
}

export const fpGrowthLarge: BenchCase<LargeInput> = {
  name: 'fp-growth-large',
  group: 'mining',
  title:
    `Item sets of at most four items of seeded transactions of ${SIZE} items out of ${ITEMS}, all equally likely, min_support ${MIN_SUPPORT}; ` +
    'rows = item sets found. node-fpgrowth does not survive the whole size (below), fp-growth has the ratio where it does.',
  sizes: ({ isQuick }) => [{ label: isQuick ? '5k of 20 in 60' : '100k of 20 in 60', bars: 0 }],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 3, roundMs: 0, warmUp: 0 }),
  load: async (_, { isQuick }) => {
    const count = isQuick ? 5_000 : LARGE;
    return {
      args: { count, size: SIZE, itemCount: ITEMS, minCount: Math.ceil(MIN_SUPPORT * count) },
      found: 0,
    };
  },
  work: ({ args, found }) => ({ bars: args.count, rows: found }),
  check: async (input) => {
    input.found = (await runJob('checkSets', input.args)).result.found;
    const counted = `${input.found} item sets, all and with equal counts, by four nested loops over every transaction`;
    // A small size it survives, but with sets of any length, which are not ours.
    if (input.args.count < LARGE) return counted;
    const peer = (await runJob('growPeerSets', input.args)).result;
    if (typeof peer === 'number')
      throw new Error(`fp-growth: node-fpgrowth found ${peer} item sets; this size is no longer beyond it`);
    return `${counted}; node-fpgrowth ended with "${peer}"`;
  },
  run: {
    name: 'klinemill',
    run: async ({ args, found }) => {
      const { result, peakBytes } = await runJob('growSets', args);
      if (result.found !== found) throw new Error(`fp-growth: ${result.found} item sets, ${found} before`);
      return { elapsedMs: result.elapsedMs, peakBytes };
    },
  },
  reference: [],
};
