import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { durationOf } from '../../engine/index.js';
import { type Partition, rowsWithin } from '../exchange-server.js';
import { walkColumns } from './market.js';
import { csvOf } from './market-files.js';

/** One series of the made-up exchange. `listedAt`: it has no bar before. */
export interface SeriesOptions {
  readonly symbol: string;
  readonly interval: string;
  readonly seed: number;
  readonly listedAt?: number;
  /** Open time behind the last bar; walks begin on 2019-12-30. */
  readonly until: number;
}

/** A seeded walk with outages, as a partition of the exchange. */
export function makeSeries({ symbol, interval, seed, listedAt = 0, until }: SeriesOptions): Partition {
  const durationMs = durationOf(interval);
  const rows = Math.ceil((until - Date.UTC(2019, 11, 30)) / durationMs);
  const columns = walkColumns({ seed, rows, durationMs });
  const kept = rowsWithin({ symbol, interval, durationMs, columns }, listedAt, until);
  const part = columns.map((column) => column.slice(kept[0], kept.at(-1)! + 1));
  return { symbol, interval, durationMs, columns: part };
}

/** Writes the bars of `[from, to)` (open times) as one plain CSV file; returns its path. */
export function writeSeries(folder: string, partition: Partition, from: number, to: number): string {
  const rows = rowsWithin(partition, from, to);
  const path = join(folder, `${partition.symbol}-${partition.interval}-direct.csv`);
  writeFileSync(path, csvOf(partition.columns, rows[0], rows.at(-1)! + 1));
  return path;
}
