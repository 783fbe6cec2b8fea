import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { BenchContext, Size } from './case.js';
import { head, loadKlines, realFile, SERIES, writeCsv } from './corpus.js';

/** A CSV dump on disk. */
export interface CsvInput {
  readonly path: string;
  readonly symbol: string;
  readonly interval: string;
  readonly bars: number;
  /** Of the text, unpacked. */
  readonly bytes: number;
  readonly withFile: BenchContext['withFile'];
}

const SERIES_LOADED = SERIES.btc15m;
/** Copies in the long file: about a million bars. */
const COPIES = 8;

export const CSV_SIZES: readonly Size[] = [
  { label: 'csv.gz', bars: SERIES_LOADED.rows },
  { label: 'csv', bars: SERIES_LOADED.rows },
];
export const LONG_CSV_SIZES: readonly Size[] = [
  { label: 'csv.gz, long', bars: SERIES_LOADED.rows * COPIES },
  { label: 'csv, long', bars: SERIES_LOADED.rows * COPIES },
];

export async function csvInput({ label, bars }: Size, context: BenchContext): Promise<CsvInput> {
  const short = await context.once('csv file', async () => writeShort(context.folder));
  const plain =
    bars === SERIES_LOADED.rows
      ? short
      : await context.once('long csv file', async () => writeLong(short, context.folder));
  const { symbol, interval } = SERIES_LOADED;
  const path = label.startsWith('csv.gz') ? `${plain}.gz` : plain;
  return { path, symbol, interval, bars, bytes: statSync(plain).size, withFile: context.withFile };
}

/** The dump of the series, and beside it the gzip that it came in. */
function writeShort(folder: string): string {
  const plain = join(folder, 'klines.csv');
  const real = realFile(SERIES_LOADED);
  if (real === null) {
    writeCsv(head(loadKlines(SERIES_LOADED), SERIES_LOADED.rows), plain);
    writeFileSync(`${plain}.gz`, gzipSync(readFileSync(plain)));
  } else {
    copyFileSync(real, `${plain}.gz`);
    writeFileSync(plain, gunzipSync(readFileSync(real)));
  }
  return plain;
}

/** The same lines again and again; each copy ends where the next one begins, and the last one is the dump itself. */
function writeLong(short: string, folder: string): string {
  const [header, ...lines] = readFileSync(short, 'latin1').trimEnd().split('\n');
  const rows = lines.map((line) => line.split(','));
  const span = Number(rows.at(-1)![0]) - Number(rows[0]![0]) + SERIES_LOADED.durationMs;
  const text = [header];
  for (let copy = 1 - COPIES; copy <= 0; copy++)
    for (const fields of rows) {
      const [openTime, closeTime] = [0, 6].map((i) => String(Number(fields[i]) + copy * span));
      text.push([openTime, ...fields.slice(1, 6), closeTime, ...fields.slice(7)].join(','));
    }
  const plain = join(folder, 'klines-long.csv');
  const bytes = Buffer.from(`${text.join('\n')}\n`, 'latin1');
  writeFileSync(plain, bytes);
  writeFileSync(`${plain}.gz`, gzipSync(bytes));
  return plain;
}
