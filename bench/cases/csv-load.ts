import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { BenchCase, BenchContext, Sample } from '../case.js';
import { head, loadKlines, realFile, SERIES, writeCsv } from '../corpus.js';
import { runJob } from '../run-job.js';
import { sameKlines } from '../same-klines.js';

interface CsvInput {
  readonly path: string;
  readonly bars: number;
  readonly bytes: number;
  readonly withFile: BenchContext['withFile'];
}

const SERIES_LOADED = SERIES.btc15m;
const DUCKDB = 'DuckDB read_csv + INSERT';

export const csvLoad: BenchCase<CsvInput> = {
  name: 'csv-load',
  group: 'load',
  title:
    'BTCUSDT 15m CSV, parsed, checked and loaded into a fresh DuckDB file, against DuckDB reading the same file into the ' +
    'same table shape (no checks, no duplicates looked for); each run in a process of its own; rows = bars, MB = CSV text.',
  sizes: () => [
    { label: 'csv.gz', bars: SERIES_LOADED.rows },
    { label: 'csv', bars: SERIES_LOADED.rows },
  ],
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 5, roundMs: 0, warmUp: 0 }),
  load: async ({ label }, context) => {
    const { plain, packed } = await csvFiles(context);
    const bars = loadKlines(SERIES_LOADED).rows;
    return {
      path: label === 'csv' ? plain : packed,
      bars,
      bytes: statSync(plain).size,
      withFile: context.withFile,
    };
  },
  work: ({ bars, bytes }) => ({ bars, rows: bars, bytes }),
  check: (input) =>
    input.withFile((ours) =>
      input.withFile(async (theirs) => {
        await runJob('load', { file: ours, sources: [source(input)], withStrategies: false });
        await runJob('readCsvFile', { file: theirs, path: input.path });
        return sameKlines(ours, theirs);
      }),
    ),
  run: {
    name: 'klinemill load',
    run: (input) =>
      input.withFile(async (file): Promise<Sample> => {
        const args = { file, sources: [source(input)], withStrategies: false };
        const { result, peakBytes } = await runJob('load', args);
        return { elapsedMs: result.elapsedMs, peakBytes };
      }),
  },
  reference: [
    {
      name: DUCKDB,
      run: ({ path, withFile }) =>
        withFile(async (file): Promise<Sample> => {
          const { result, peakBytes } = await runJob('readCsvFile', { file, path });
          return { elapsedMs: result.elapsedMs, peakBytes };
        }),
    },
  ],
};

const source = ({ path }: CsvInput) => ({
  path,
  symbol: SERIES_LOADED.symbol,
  interval: SERIES_LOADED.interval,
});

/** The file as it is and unpacked. */
function csvFiles(context: BenchContext): Promise<{ plain: string; packed: string }> {
  return context.once('csv files', async () => {
    const plain = join(context.folder, 'klines.csv');
    const packed = `${plain}.gz`;
    const real = realFile(SERIES_LOADED);
    if (real === null) {
      writeCsv(head(loadKlines(SERIES_LOADED), SERIES_LOADED.rows), plain);
      writeFileSync(packed, gzipSync(readFileSync(plain)));
    } else {
      copyFileSync(real, packed);
      writeFileSync(plain, gunzipSync(readFileSync(real)));
    }
    return { plain, packed };
  });
}
