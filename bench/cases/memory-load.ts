import type { BenchCase, Sample } from '../case.js';
import type { Template } from '../template.js';
import { bothTemplates, sizeOf, TIMES, workOf } from './memory-recompute.js';

interface LoadInput {
  readonly big: Template;
  readonly small: Template;
}

const sampleOf = ({ loadMs, loadPeakBytes }: Template): Sample => ({
  elapsedMs: loadMs,
  peakBytes: loadPeakBytes,
});

export const memoryLoad: BenchCase<LoadInput> = {
  name: 'memory-load',
  group: 'memory',
  title:
    `Peak memory of the process that loaded those partitions from CSV into a fresh DuckDB file, ${TIMES} times as many bars ` +
    'against once as many (one run each); MB = bytes of klines.',
  sizes: sizeOf,
  // The templates are made once a run, and that is what is reported.
  effort: () => ({ rounds: 1, roundMs: 0, warmUp: 0 }),
  load: (_, context) => bothTemplates(context),
  work: ({ big }) => workOf(big),
  check: ({ big, small }) =>
    `${big.bars.toLocaleString('en-US')} and ${small.bars.toLocaleString('en-US')} bars were added`,
  run: { name: 'klinemill load', run: ({ big }) => sampleOf(big) },
  reference: [
    {
      name: 'a quarter of the bars',
      run: ({ small }) => sampleOf(small),
      work: ({ small }) => workOf(small),
    },
  ],
};
