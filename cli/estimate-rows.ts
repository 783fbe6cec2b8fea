import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';

const SAMPLE_BYTES = 1 << 18;
const NEWLINE = 10;
/** How zip, Parquet, Arrow files and Arrow streams begin: lines say nothing about their rows. */
const BINARY = [Buffer.from('PK'), Buffer.from('PAR1'), Buffer.from('ARROW1'), Buffer.alloc(4, 0xff)];

/**
 * About how many rows CSV files (plain or gzip) hold, from the first bytes of each: only to say how long a load will
 * take. null: one of them cannot be sampled so.
 */
export function estimateRows(paths: readonly string[]): number | null {
  let rows = 0;
  for (const path of paths) {
    const estimate = estimateFile(path);
    if (estimate === null) return null;
    rows += estimate;
  }
  return Math.round(rows);
}

function estimateFile(path: string): number | null {
  try {
    const { size } = statSync(path);
    const sample = head(path);
    if (sample.length === 0 || BINARY.some((magic) => sample.indexOf(magic) === 0)) return null;
    const isGzip = sample[0] === 0x1f && sample[1] === 0x8b;
    // The sample ends anywhere: take what can be unpacked.
    const text = isGzip ? gunzipSync(sample, { finishFlush: constants.Z_SYNC_FLUSH }) : sample;
    let lines = 0;
    for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, at + 1)) lines++;
    return (lines * size) / sample.length;
  } catch {
    // Whatever is wrong with the file, loading it says it better.
    return null;
  }
}

function head(path: string): Buffer {
  const buffer = Buffer.alloc(SAMPLE_BYTES);
  const file = openSync(path, 'r');
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, SAMPLE_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
