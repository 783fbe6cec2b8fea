import type { BenchContext } from './case.js';
import { head, repeat, SERIES } from './corpus.js';
import { mulberry32, walk } from './corpus-walk.js';
import { kernelKlines } from './kernel-klines.js';
import type { Klines } from './klines.js';

/**
 * What prices may look like: a seeded walk; a rise in which every open, high, low and close is above the one before; up and down
 * by turns; long stretches in which nothing moves; a walk with bars missing; and the exchange's own bars, repeated where more
 * are asked for.
 */
export const SHAPES = ['walk', 'trend', 'chop', 'flat', 'gaps', 'real'] as const;
export type Shape = (typeof SHAPES)[number];

const { symbol, interval, durationMs } = SERIES.btc15m;
const START = Date.UTC(2000, 0, 3);

/** So many 15m bars of a shape, the same every time. */
export async function shapedKlines(context: BenchContext, shape: Shape, rows: number): Promise<Klines> {
  if (shape === 'real') {
    const real = await kernelKlines(context);
    return head(repeat(real, Math.ceil(rows / real.rows), durationMs), rows);
  }
  if (shape === 'walk') return walk({ symbol, interval, durationMs, rows });
  return shape === 'gaps' ? withGaps(rows) : drawn(rows, PATHS[shape]);
}

/** How a close follows the one before, and how far high and low may stand beyond open and close. */
interface Path {
  readonly wick: number;
  close(t: number, before: number, random: () => number): number;
}

const PATHS: Readonly<Record<'trend' | 'chop' | 'flat', Path>> = {
  // At least 0.001 a bar: more than a wick.
  trend: { wick: 0.0009, close: (_, before, random) => before + 0.001 + 0.019 * random() },
  chop: { wick: 0.2, close: (t, _, random) => 100 + (t % 2 === 0 ? 1 : -1) * (0.5 + random()) },
  // A move in some 200 bars.
  flat: {
    wick: 0.2,
    close: (_, before, random) => (random() < 1 / 200 ? before * (1 + 0.01 * (random() - 0.5)) : before),
  },
};

/** Bars that open at the close before; where the close stands still, so do high and low. */
function drawn(rows: number, path: Path): Klines {
  const random = mulberry32(20_240_101);
  const columns = Array.from({ length: 11 }, () => new Float64Array(rows));
  let open = 100;
  for (let t = 0; t < rows; t++) {
    const close = path.close(t, open, random);
    const wick = close === open ? 0 : path.wick * random();
    const volume = 1 + 500 * random() ** 3;
    const taker = volume * random();
    const openTime = START + t * durationMs;
    const bar = [
      ...[openTime, open, Math.max(open, close) + wick, Math.min(open, close) - wick, close, volume],
      ...[openTime + durationMs - 1, volume * close, 1 + Math.floor(1000 * random()), taker, taker * close],
    ];
    for (const [c, column] of columns.entries()) column[t] = bar[c]!;
    open = close;
  }
  return { symbol, interval, rows, columns };
}

/** A walk that lacks 1 to 50 bars in some 500. */
function withGaps(rows: number): Klines {
  const random = mulberry32(7);
  const kept = new Int32Array(rows);
  for (let from = 0, t = 0; t < rows; t++) {
    if (random() < 1 / 500) from += 1 + Math.floor(50 * random());
    kept[t] = from++;
  }
  const whole = walk({ symbol, interval, durationMs, rows: kept[rows - 1]! + 1 });
  return {
    ...whole,
    rows,
    columns: whole.columns.map((column) => Float64Array.from(kept, (from) => column[from]!)),
  };
}
