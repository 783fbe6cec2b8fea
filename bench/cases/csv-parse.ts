import { readFileSync } from 'node:fs';
import { durationOf, gridOffset, openFile, readKlines } from '../../engine/index.js';
import { KLINE_COLUMNS } from '../../warehouse/index.js';
import type { BenchCase } from '../case.js';
import { CSV_SIZES, type CsvInput, csvInput } from '../csv-input.js';

/** After every bar of the corpus. */
const NOW = Date.UTC(2030, 0, 1);
const CLOSE_TIME = KLINE_COLUMNS.findIndex(({ name }) => name === 'close_time');

export const csvParse: BenchCase<CsvInput> = {
  name: 'csv-parse',
  group: 'load',
  title:
    'BTCUSDT 15m CSV to checked columns on the calling thread, nothing stored, against what one would write first: the text cut at line ends and ' +
    'commas, `Number` of every field, nothing checked; rows = bars, MB = CSV text.',
  sizes: () => CSV_SIZES.filter(({ label }) => label === 'csv'),
  effort: ({ isQuick }) => ({ rounds: isQuick ? 1 : 7, roundMs: 0, warmUp: isQuick ? 0 : 1 }),
  load: csvInput,
  work: ({ bars, bytes }) => ({ bars, rows: bars, bytes }),
  check: async (input) => {
    const expected = splitLines(input);
    let row = 0;
    let normalised = 0;
    for await (const chunk of chunksOf(input)) {
      for (let t = 0; t < chunk.rows; t++)
        for (const [c, column] of chunk.columns.entries()) {
          if (Object.is(column[t], expected[c]![row + t])) continue;
          if (c === CLOSE_TIME && chunk.truncated[t] === 1) normalised++;
          else throw new Error(`csv-parse: row ${row + t}: ${column[t]}, not ${expected[c]![row + t]}`);
        }
      row += chunk.rows;
    }
    if (row !== input.bars) throw new Error(`csv-parse: ${row} of ${input.bars} bars`);
    return `${row.toLocaleString('en-US')} bars, ${expected.length} columns, equal bit for bit but ${normalised} truncated close times, which ours normalises`;
  },
  run: {
    name: 'klinemill',
    run: async (input) => {
      for await (const { rows } of chunksOf(input)) if (rows === 0) throw new Error('csv-parse: no rows');
    },
  },
  reference: [{ name: 'split and Number', run: (input) => void splitLines(input) }],
};

function chunksOf({ path, interval }: CsvInput) {
  const durationMs = durationOf(interval);
  return readKlines(openFile(path), { durationMs, gridOffset: gridOffset(durationMs), now: NOW });
}

function splitLines({ path }: CsvInput): Float64Array[] {
  const lines = readFileSync(path, 'latin1').trimEnd().split('\n').slice(1);
  const columns = KLINE_COLUMNS.map(() => new Float64Array(lines.length));
  for (const [t, line] of lines.entries()) {
    const fields = line.split(',');
    for (const [c, column] of columns.entries())
      column[t] = fields[c] === '' ? Number.NaN : Number(fields[c]);
  }
  return columns;
}
