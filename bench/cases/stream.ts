import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { BenchCase, BenchContext, Sample } from '../case.js';
import { head, loadKlines, SERIES, writeCsv } from '../corpus.js';
import { onInterrupt } from '../interrupt.js';
import type { StreamSources } from '../jobs/stream.js';
import { runJob } from '../run-job.js';

interface StreamInput {
  readonly sources: StreamSources;
  readonly brokers: string;
  readonly topic: string;
  readonly bars: number;
  /** The topic is removed without it. */
  readonly forget: () => void;
  readonly withFile: BenchContext['withFile'];
}

const { interval } = SERIES.fil1m;

export const stream: BenchCase<StreamInput> = {
  name: 'stream',
  group: 'stream',
  title:
    '1m bars of several symbols from a filled Kafka topic into a DuckDB file with every fact of them (45 codes, two strategies, nothing ' +
    'published), from the group joined to the last transaction committed, against `load` and `recompute` of the same bars from CSV; one ' +
    'thread of DuckDB on both sides, the computing thread of recompute besides; rows = bars.',
  missing: () =>
    process.env.KLINEMILL_TEST_KAFKA === undefined
      ? 'no Kafka: eval "$(scripts/services.sh up kafka)"'
      : null,
  sizes: ({ isQuick }) => [
    isQuick ? { label: '2 x 1k bars', bars: 2_000 } : { label: '8 x 5k bars', bars: 40_000 },
  ],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 3, roundMs: 0, warmUp: 0 }),
  load: async ({ bars }, { isQuick, folder, withFile }) => {
    const symbols = isQuick ? 2 : 8;
    const path = join(folder, 'stream.csv');
    writeCsv(head(loadKlines(SERIES.fil1m), bars / symbols), path);
    const files = Array.from({ length: symbols }, (_, i) => ({ symbol: `BENCH${i}`, path }));
    const sources = { interval, files };
    const brokers = process.env.KLINEMILL_TEST_KAFKA!;
    const topic = `klinemill-bench-${randomUUID()}`;
    const forget = onInterrupt(() => runJob('dropTopic', { brokers, topic }));
    const { result } = await runJob('fillTopic', { ...sources, brokers, topic });
    return { sources, brokers, topic, bars: result, forget, withFile };
  },
  work: ({ bars }) => ({ bars, rows: bars }),
  check: async ({ sources, brokers, topic, bars, withFile }) => {
    const streamed = await withFile(async (file) => {
      const { added } = (await runJob('streamTopic', { file, brokers, topic })).result;
      if (added !== bars) throw new Error(`stream: ${added} of ${bars} bars were added`);
      return (await runJob('checksums', { file })).result;
    });
    const batch = await withFile(async (file) => {
      await runJob('batchFiles', { file, ...sources });
      return (await runJob('checksums', { file })).result;
    });
    const other = streamed.findIndex((line, i) => line !== batch[i]);
    if (other >= 0 || streamed.length !== batch.length)
      throw new Error(`stream: checksum ${streamed[other]} is ${batch[other]} by load and recompute`);
    return `${streamed.length} checksums of ${sources.files.length} partitions are those of load and recompute`;
  },
  run: {
    name: 'klinemill stream',
    run: ({ brokers, topic, withFile }) =>
      withFile(async (file): Promise<Sample> => {
        const { result, peakBytes } = await runJob('streamTopic', { file, brokers, topic });
        return { elapsedMs: result.elapsedMs, peakBytes };
      }),
  },
  reference: [
    {
      name: 'load and recompute',
      run: ({ sources, withFile }) =>
        withFile(async (file): Promise<Sample> => {
          const { result, peakBytes } = await runJob('batchFiles', { file, ...sources });
          return { elapsedMs: result.elapsedMs, peakBytes };
        }),
    },
  ],
  release: async ({ brokers, topic, forget }) => {
    forget();
    await runJob('dropTopic', { brokers, topic });
  },
};
