import type { BenchCase, Sample } from '../case.js';
import { CSV_SIZES, type CsvInput, csvInput } from '../csv-input.js';
import { runJob } from '../run-job.js';
import { csvLoad } from './csv-load.js';

/** The first load of a process: the compiler has seen nothing of the parser, and its thread is not started. */
export const csvLoadCold: BenchCase<CsvInput> = {
  name: 'csv-load-cold',
  group: 'load',
  title: 'The same in a process of its own for every sample: what one command costs that loads one file.',
  sizes: () => CSV_SIZES,
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 5, roundMs: 0, warmUp: 0 }),
  load: csvInput,
  work: csvLoad.work,
  check: csvLoad.check,
  run: {
    name: 'klinemill load',
    run: ({ path, symbol, interval, withFile }) =>
      withFile(async (file): Promise<Sample> => {
        const sources = [{ path, symbol, interval }];
        const { result, peakBytes } = await runJob('load', { file, sources, withStrategies: false });
        return { elapsedMs: result.elapsedMs, peakBytes };
      }),
  },
  reference: [
    {
      name: 'DuckDB read_csv + INSERT',
      run: ({ path, withFile }) =>
        withFile(async (file): Promise<Sample> => {
          const { result, peakBytes } = await runJob('readCsvFile', { file, path, isOrdered: true });
          return { elapsedMs: result.elapsedMs, peakBytes };
        }),
    },
  ],
};
