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
    const written = (job: 'writeWide' | 'writeLong', as: 'wide' | 'long'): Promise<string[]> =>
      withFile(async (file) => {
        await runJob(job, { file, bars });
        return (await runJob('sumWritten', { file, as })).result;
      });
    const wide = await written('writeWide', 'wide');
    const long = await written('writeLong', 'long');
    const off = long.findIndex((line, i) => line !== wide[i]);
    if (off >= 0 || wide.length !== CODES.length)
      throw new Error(
        `duckdb-write: ${wide.length} codes; fact_indicator has '${wide[off]}' where the long table has '${long[off]}' (number, values, checksums)`,
      );
    const values = long.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
    return `${values.toLocaleString('en-US')} known values of ${wide.length} codes through the view fact_indicator as in the long table, by checksums of times and values`;
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
