import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { durationOf } from '../../engine/index.js';
import { walkColumns } from './market.js';

/** CSV text of kline columns as the exchange's dumps have it; unknown values are empty. */
export function csvOf(columns: readonly Float64Array[], start = 0, end = columns[0]!.length): string {
  const lines: string[] = [];
  for (let t = start; t < end; t++) {
    const fields = columns.map((column) => (Number.isNaN(column[t]) ? '' : String(column[t])));
    lines.push(`${fields.join(',')},0`);
  }
  return `${lines.join('\n')}\n`;
}

export interface MarketFile {
  readonly symbol: string;
  readonly interval: string;
  readonly rows: number;
  readonly seed: number;
}

/** Writes one generated CSV file a partition, named as the loader expects; returns their paths. */
export function writeMarket(folder: string, files: readonly MarketFile[], part = ''): string[] {
  return files.map(({ symbol, interval, rows, seed }) => {
    const path = join(folder, `${symbol}-${interval}-generated${part}.csv`);
    writeFileSync(path, csvOf(walkColumns({ seed, rows, durationMs: durationOf(interval) })));
    return path;
  });
}
