import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultThreads } from '../../engine/index.js';
import type { BenchCase, BenchContext, Sample } from '../case.js';
import { SERIES } from '../corpus.js';
import type { Series } from '../klines.js';
import { runJob } from '../run-job.js';
import { sameFacts } from '../same-facts.js';
import { sameIndicators } from '../same-indicators.js';
import { seriesTemplate, type Template, withCopy } from '../template.js';

interface PipelineInput {
  readonly template: Template;
  /** The first partition: none of its symbol is finer. */
  readonly finest: Series;
  /** A copy of the template, recomputed: where the reference takes its rows from. */
  readonly finished: string;
  /** Rows by fact table. */
  readonly facts: Readonly<Record<string, number>>;
  readonly withFile: BenchContext['withFile'];
}

const LONG = 'long rows appended';
const THREADS = defaultThreads();
const QUICK = [SERIES.btc1h];
const FULL = [SERIES.btc15m, SERIES.eth15m, SERIES.btc1h, SERIES.eth1h];

export const pipeline: BenchCase<PipelineInput> = {
  name: 'pipeline',
  group: 'pipeline',
  title:
    'recompute, from klines in a DuckDB file to every fact committed and the file closed (45 codes, two strategies on every ' +
    'partition, the default threads started and ended), against appending the same indicator and metric values as long rows from ' +
    'ready typed arrays (no key, one transaction, file closed); rows = those values, MB = 8 bytes each.',
  bars: [{ ratio: 'time', against: LONG, atMost: 0.55 }],
  sizes: ({ isQuick }) =>
    isQuick ? [{ label: 'BTCUSDT 1h', bars: 0 }] : [{ label: 'BTC, ETH 15m, 1h', bars: 0 }],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 9, roundMs: 0, warmUp: 0 }),
  load: async (_, context) => {
    const series = context.isQuick ? QUICK : FULL;
    const template = await seriesTemplate(context, series);
    const finished = join(context.folder, 'finished.duckdb');
    copyFileSync(template.file, finished);
    await runJob('recomputeFile', { file: finished, threads: THREADS });
    const facts = (await runJob('countFacts', { file: finished })).result;
    return { template, finest: series[0]!, finished, facts, withFile: context.withFile };
  },
  work: ({ template, facts }) => ({ bars: template.bars, rows: bulky(facts), bytes: bulky(facts) * 8 }),
  check: async ({ template, finest, finished, facts, withFile }) => {
    const counted = await withFile(
      async (target) => (await runJob('appendLong', { source: finished, target })).result,
    );
    if (counted.indicators !== facts.fact_indicator || counted.metricValues !== facts.fact_metric_value)
      throw new Error(`pipeline: long rows ${JSON.stringify(counted)}, facts ${JSON.stringify(facts)}`);
    if (facts.fact_kline !== template.bars)
      throw new Error(`pipeline: ${facts.fact_kline} bars of ${template.bars}`);
    const stored = `duckdb:${finished}`;
    const compared = await sameIndicators(stored, SERIES.btc1h);
    const twins = await sameFacts(stored, finest);
    const counts = Object.entries(facts).map(([table, rows]) => `${table} ${rows.toLocaleString('en-US')}`);
    return `as many long rows as facts (${counts.join(', ')}); ${compared}; ${twins}`;
  },
  run: {
    name: 'klinemill recompute',
    run: ({ template, withFile }) =>
      withCopy({ withFile }, template.file, async (file): Promise<Sample> => {
        const { result, peakBytes } = await runJob('recomputeFile', { file, threads: THREADS });
        return { elapsedMs: result.elapsedMs, peakBytes };
      }),
  },
  reference: [
    {
      name: LONG,
      run: ({ finished, withFile }) =>
        withFile(async (target): Promise<Sample> => {
          const { result, peakBytes } = await runJob('appendLong', { source: finished, target });
          return { elapsedMs: result.elapsedMs, peakBytes };
        }),
    },
  ],
};

/** The two facts that the reference writes. */
function bulky({ fact_indicator, fact_metric_value }: PipelineInput['facts']): number {
  return fact_indicator! + fact_metric_value!;
}
