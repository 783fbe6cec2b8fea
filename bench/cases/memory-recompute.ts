import { defaultThreads } from '../../engine/index.js';
import type { BenchCase, BenchContext, Sample } from '../case.js';
import { SERIES } from '../corpus.js';
import { runJob } from '../run-job.js';
import { longTemplate, type Template, withCopy } from '../template.js';

interface MemoryInput {
  readonly big: Template;
  readonly small: Template;
  readonly withFile: BenchContext['withFile'];
}

/** The big partition is so many times the small one. */
export const TIMES = 4;
const SMALL = 'a quarter of the bars';
const smallRows = ({ isQuick }: BenchContext): number => (isQuick ? 25_000 : SERIES.fil1m.rows);

export const bothTemplates = async (context: BenchContext) => ({
  big: await longTemplate(context, smallRows(context), TIMES),
  small: await longTemplate(context, smallRows(context), 1),
});

export const sizeOf = (context: BenchContext) => {
  const bars = smallRows(context) * TIMES;
  return [{ label: `${bars.toLocaleString('en-US')} bars`, bars }];
};

export const memoryRecompute: BenchCase<MemoryInput> = {
  name: 'memory-recompute',
  group: 'memory',
  title:
    'Peak memory of a process that recomputes one partition with default settings: FILUSDT_PERP 1m ' +
    `repeated ${TIMES} times with shifted times, against once; klines were loaded by another process; MB = bytes of klines.`,
  bars: [{ ratio: 'peak', against: SMALL, atMost: 1.5 }],
  sizes: sizeOf,
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 3, roundMs: 0, warmUp: 0 }),
  load: async (_, context) => ({ ...(await bothTemplates(context)), withFile: context.withFile }),
  work: ({ big }) => workOf(big),
  check: async ({ big, small }) => {
    if (big.bars !== TIMES * small.bars)
      throw new Error(`memory: ${big.bars} bars are not ${TIMES} times ${small.bars}`);
    return `${big.bars.toLocaleString('en-US')} bars are ${TIMES} times ${small.bars.toLocaleString('en-US')}; after every run each bar has its row of indicators`;
  },
  run: { name: 'klinemill recompute', run: ({ big, withFile }) => recompute(big, withFile) },
  reference: [
    {
      name: SMALL,
      run: ({ small, withFile }) => recompute(small, withFile),
      work: ({ small }) => workOf(small),
    },
  ],
};

export const workOf = ({ bars }: Template) => ({ bars, rows: bars, bytes: bars * 11 * 8 });

function recompute({ file, bars }: Template, withFile: BenchContext['withFile']): Promise<Sample> {
  return withCopy({ withFile }, file, async (copy) => {
    const { result, peakBytes } = await runJob('recomputeFile', { file: copy, threads: defaultThreads() });
    const rows = (await runJob('countIndicatorBars', { file: copy })).result;
    if (result.bars !== bars || rows !== bars)
      throw new Error(`memory: ${result.bars} of ${bars} bars were recomputed, ${rows} have their row`);
    return { elapsedMs: result.elapsedMs, peakBytes };
  });
}
