import { CODES } from '../../kernels/index.js';
import type { BenchCase, BenchContext, Sample } from '../case.js';
import { SERIES } from '../corpus.js';
import { runJob } from '../run-job.js';

interface WriteInput {
  readonly bars: number;
  readonly withFile: BenchContext['withFile'];
}

export const duckdbWrite: BenchCase<WriteInput> = {
  name: 'duckdb-write',
  group: 'write',
  title:
    `${CODES.length} codes of BTCUSDT 15m from ready typed arrays into a fresh DuckDB file, wide rows through the warehouse ` +
    'against long rows; one transaction, committed, file closed; rows = values, MB = their bytes.',
  sizes: ({ isQuick }) => [{ label: 'BTCUSDT 15m', bars: isQuick ? 30_000 : SERIES.btc15m.rows }],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 5, roundMs: 0, warmUp: 0 }),
  load: async ({ bars }, { withFile }) => ({ bars, withFile }),
  work: ({ bars }) => ({ bars, rows: bars * CODES.length, bytes: bars * CODES.length * 8 }),
  check: async ({ bars, withFile }) => {
    const wide = await withFile(async (file) => (await runJob('writeWide', { file, bars })).result.values);
    const long = await withFile(async (file) => (await runJob('writeLong', { file, bars })).result.values);
    if (wide !== long)
      throw new Error(`duckdb-write: fact_indicator has ${wide} rows, the long table ${long}`);
    return `${wide.toLocaleString('en-US')} known values through the view fact_indicator as in the long table`;
  },
  run: { name: 'wide rows', run: (input) => write('writeWide', input) },
  reference: [{ name: 'long rows', run: (input) => write('writeLong', input) }],
};

function write(job: 'writeWide' | 'writeLong', { bars, withFile }: WriteInput): Promise<Sample> {
  return withFile(async (file) => {
    const { result, peakBytes } = await runJob(job, { file, bars });
    return { elapsedMs: result.elapsedMs, peakBytes };
  });
}
