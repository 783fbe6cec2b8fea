import type { BenchCase } from '../case.js';
import { CSV_SIZES, type CsvInput, csvInput, LONG_CSV_SIZES } from '../csv-input.js';
import { readCsvFile } from '../jobs/read-csv.js';
import { load } from '../jobs/warehouse.js';
import { runJob } from '../run-job.js';
import { sameKlines } from '../same-klines.js';

const IN_ORDER = 'DuckDB read_csv + INSERT';
const ANY_ORDER = 'the same, rows in any order';

const loadArgs = ({ path, symbol, interval }: CsvInput, file: string) => ({
  file,
  sources: [{ path, symbol, interval }],
  withStrategies: false,
});

async function check(input: CsvInput): Promise<string> {
  return input.withFile((ours) =>
    input.withFile(async (theirs) => {
      await runJob('load', loadArgs(input, ours));
      await runJob('readCsvFile', { file: theirs, path: input.path, isOrdered: true });
      return sameKlines(ours, theirs);
    }),
  );
}

/** Both sides warm: one process loads the file again and again, each time into a file of its own. */
export const csvLoad: BenchCase<CsvInput> = {
  name: 'csv-load',
  group: 'load',
  title:
    'BTCUSDT 15m CSV into an empty table of a DuckDB file, in a process that has loaded before: parsed, checked, hashed, ' +
    'duplicates looked for, rejects and gaps kept, against DuckDB reading the same file into the same table and nothing else; ' +
    'committed, file closed; rows = bars, MB = CSV text.',
  bars: [{ ratio: 'speed', against: IN_ORDER, atLeast: 0.8, isOfEverySize: true }],
  sizes: ({ isQuick }) => (isQuick ? CSV_SIZES : [...CSV_SIZES, ...LONG_CSV_SIZES]),
  effort: ({ isQuick }) =>
    isQuick ? { rounds: 1, roundMs: 0, warmUp: 0 } : { rounds: 9, roundMs: 0, warmUp: 2 },
  load: csvInput,
  work: ({ bars, bytes }) => ({ bars, rows: bars, bytes }),
  check,
  run: {
    name: 'klinemill load',
    run: (input) => input.withFile((file) => load(loadArgs(input, file))),
  },
  reference: [
    {
      name: IN_ORDER,
      run: ({ path, withFile }) => withFile((file) => readCsvFile({ file, path, isOrdered: true })),
    },
    {
      name: ANY_ORDER,
      run: ({ path, withFile }) => withFile((file) => readCsvFile({ file, path, isOrdered: false })),
    },
  ],
};
