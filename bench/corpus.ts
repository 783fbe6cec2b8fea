import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { walk } from './corpus-walk.js';
import type { Klines, Series } from './klines.js';
import { ROOT } from './paths.js';

const MINUTE = 60_000;
/** `rows` as in the real files, so that both kinds of runs have the same sizes. */
export const SERIES = {
  btc15m: { symbol: 'BTCUSDT', interval: '15m', durationMs: 15 * MINUTE, rows: 116_556 },
  btc1h: { symbol: 'BTCUSDT', interval: '1h', durationMs: 60 * MINUTE, rows: 72_866 },
  eth15m: { symbol: 'ETHUSDT', interval: '15m', durationMs: 15 * MINUTE, rows: 116_556 },
  eth1h: { symbol: 'ETHUSDT', interval: '1h', durationMs: 60 * MINUTE, rows: 72_866 },
  bnb1h: { symbol: 'BNBUSDT', interval: '1h', durationMs: 60 * MINUTE, rows: 72_866 },
  xrp1h: { symbol: 'XRPUSDT', interval: '1h', durationMs: 60 * MINUTE, rows: 69_940 },
  // Always a walk: the real ones of a fifth symbol are shorter than eight years.
  walk1h: { symbol: 'WALKUSDT', interval: '1h', durationMs: 60 * MINUTE, rows: 70_128 },
  fil1m: { symbol: 'FILUSDT_PERP', interval: '1m', durationMs: MINUTE, rows: 175_680 },
} satisfies Record<string, Series>;

export const HEADER =
  'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore';
const COLUMN_COUNT = 11;

/** Real klines that lie beside the clone; they are not part of the project. */
const FOLDER = resolve(ROOT, '..', 'shared', 'klines');

/** What the runs are based on, for the report. */
export function describeCorpus(): string {
  return existsSync(FOLDER)
    ? "the exchange's klines"
    : 'a seeded random walk (no ../shared/klines here); real klines are flatter in places and gapped';
}

/** The real file of a series, or null. */
export function realFile({ symbol, interval }: Series): string | null {
  if (!existsSync(FOLDER)) return null;
  const prefix = `${symbol}-${interval}-`;
  const name = readdirSync(FOLDER).find((file) => file.startsWith(prefix) && file.endsWith('.csv.gz'));
  return name === undefined ? null : join(FOLDER, name);
}

/** The real klines of a series, or its walk. */
export function loadKlines(series: Series): Klines {
  const file = realFile(series);
  return file === null ? walk(series) : parse(series, gunzipSync(readFileSync(file)).toString('latin1'));
}

/** The first `rows` bars; all of them where there are fewer. */
export function head(klines: Klines, rows: number): Klines {
  const kept = Math.min(rows, klines.rows);
  return { ...klines, rows: kept, columns: klines.columns.map((column) => column.subarray(0, kept)) };
}

/**
 * `times` copies one after another: each continues where the one before ended, so that the grid has no gap at the seams.
 * The price jumps there; nothing that is measured depends on that.
 */
export function repeat(klines: Klines, times: number, durationMs: number): Klines {
  const { rows, columns } = klines;
  const span = columns[0]![rows - 1]! - columns[0]![0]! + durationMs;
  return {
    ...klines,
    rows: rows * times,
    columns: columns.map((column, c) => {
      const isTime = c === 0 || c === 6;
      const long = new Float64Array(rows * times);
      for (let copy = 0; copy < times; copy++)
        for (let t = 0; t < rows; t++) long[copy * rows + t] = column[t]! + (isTime ? copy * span : 0);
      return long;
    }),
  };
}

/** Writes klines as the exchange's bulk dumps are: header, 12 columns, the last one 0, unknown empty. */
export function writeCsv(klines: Klines, file: string): void {
  const lines = [HEADER];
  for (let t = 0; t < klines.rows; t++)
    lines.push(
      `${klines.columns.map((column) => (Number.isNaN(column[t]!) ? '' : String(column[t]))).join(',')},0`,
    );
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** Plain and simple: only whole, clean dumps are read here, outside every clock. The engine's reader is measured, not used. */
function parse({ symbol, interval }: Series, text: string): Klines {
  const lines = text.trimEnd().split('\n').slice(1);
  const columns = Array.from({ length: COLUMN_COUNT }, () => new Float64Array(lines.length));
  lines.forEach((line, t) => {
    const fields = line.split(',');
    for (let c = 0; c < COLUMN_COUNT; c++) columns[c]![t] = fields[c] === '' ? Number.NaN : Number(fields[c]);
  });
  return { symbol, interval, rows: lines.length, columns };
}
