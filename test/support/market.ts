import type { RecordBatch } from 'apache-arrow';
import { KLINE_COLUMNS, makeBatch } from '../../warehouse/index.js';

/** Seeded uniform numbers in [0, 1): mulberry32. */
export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface WalkOptions {
  readonly seed: number;
  readonly rows: number;
  readonly durationMs: number;
  /** Share of bars after which some are missing. */
  readonly gaps?: number;
  readonly startPrice?: number;
}

/**
 * Columns of `KLINE_COLUMNS` of a seeded random walk with calm and wild stretches, flat zero-volume bars, unknown taker
 * volumes and gaps: everything that a pipeline must survive.
 */
export function walkColumns(options: WalkOptions): Float64Array[] {
  const { seed, rows, durationMs, gaps = 0.002, startPrice = 100 } = options;
  const next = random(seed);
  const columns = KLINE_COLUMNS.map(() => new Float64Array(rows));
  const cents = (value: number): number => Math.round(value * 100) / 100;
  // A Monday 00:00 UTC, so that the walk lies on the grid of every interval.
  let openTime = 1_577_664_000_000;
  let price = startPrice;
  for (let t = 0; t < rows; t++) {
    const wild = 0.002 + 0.02 * (Math.floor(t / 500) % 3 === 2 ? 1 : 0.1);
    const isFlat = t % 700 > 690;
    const open = price;
    const close = isFlat ? open : Math.max(1, cents(open * (1 + (next() - 0.495) * wild)));
    const high = isFlat ? open : cents(Math.max(open, close) * (1 + next() * wild * 0.5));
    const low = isFlat ? open : Math.max(0.5, cents(Math.min(open, close) * (1 - next() * wild * 0.5)));
    const volume = isFlat ? 0 : cents(next() * 1_000);
    const isUnknown = t % 1_000 < 3;
    const row = [
      openTime,
      open,
      Math.max(high, open, close),
      Math.min(low, open, close),
      close,
      volume,
      openTime + durationMs - 1,
      volume * close,
      Math.floor(volume),
      isUnknown ? Number.NaN : volume * next(),
      isUnknown ? Number.NaN : volume * close * 0.5,
    ];
    row.forEach((value, c) => {
      columns[c]![t] = value;
    });
    price = close;
    openTime += durationMs * (next() < gaps ? 2 + Math.floor(next() * 5) : 1);
  }
  return columns;
}

/** Rows `[start, end)` of kline columns as a batch. */
export function klineBatch(columns: readonly Float64Array[], start: number, end: number): RecordBatch {
  return makeBatch(
    KLINE_COLUMNS,
    columns.map((column) => column.slice(start, end)),
    end - start,
  );
}
